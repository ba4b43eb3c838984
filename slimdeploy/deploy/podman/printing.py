"""What the containers print: once, in the order of time; or as it comes, over restarts and new releases.

podman has no `logs` of several containers that are told apart, and follows none beyond its end: so one process each.
"""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from slimdeploy.deploy.destination import LogLine, LogWish
from slimdeploy.deploy.operating.arriving import Sink, drain
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.podman import Podman
from slimdeploy.tools.running import terminate_all

MOMENT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")
Known = Callable[[], Mapping[str, Mapping[str, Any]]]
"""The containers by name, as `podman ps` says."""


@dataclass
class Follower:
    """Follows one container. `last` is the time of the last line that came."""

    name: str
    last: str = ""
    thread: threading.Thread | None = None

    @property
    def idle(self) -> bool:
        """Whether its stream has ended: the program did, or podman."""
        return self.thread is None or not self.thread.is_alive()


def once(names: Iterable[str], podman: Podman, wish: LogWish, sink: Sink) -> None:
    """The last lines of each, in the order of time."""
    lines = [line for name in names for line in last_lines(name, podman, wish)]
    for line in sorted(lines, key=lambda each: each.time):
        if not sink(line):
            return


def last_lines(name: str, podman: Podman, wish: LogWish) -> list[LogLine]:
    """The last lines of one container, of both streams, in the order of time."""
    both = podman.logs(name, wish.tail, "--timestamps", *_since(wish)).splitlines() if wish.tail else []
    return sorted((parsed(name, raw) for raw in both), key=lambda each: each.time)[-wish.tail :]


def follow(names: Iterable[str], known: Known, podman: Podman, wish: LogWish, *, sink: Sink) -> None:
    """For ever: of what is there at first the last lines, of what comes later everything. Ends when nobody listens."""
    wanted, arriving = tuple(names), queue.Queue[LogLine]()
    followers: dict[str, Follower] = {}
    first: LogWish | None = wish
    try:
        while True:
            there = _looked(known, again=first is None)
            for name in wanted:
                if name in there:
                    _follow(name, there[name], followers, podman, arriving=arriving, first=first)
            first = None
            if not drain(arriving, sink):
                return
    finally:
        terminate_all()


def _looked(known: Known, *, again: bool) -> Mapping[str, Mapping[str, Any]]:
    """What there is. Later on nothing, if podman fails: it does while an `up` takes a container away."""
    try:
        return known()
    except ToolFailed:
        if again:
            return {}
        raise


def _follow(
    name: str,
    container: Mapping[str, Any],
    followers: dict[str, Follower],
    podman: Podman,
    *,
    arriving: queue.Queue[LogLine],
    first: LogWish | None,
) -> None:
    """Begin with a container that is new, or go on with one that was started again."""
    known = followers.get(container["Id"])
    if known is None:
        followers[container["Id"]] = known = _beginning(name, podman, first, arriving) if first else Follower(name)
    elif not known.idle or container["State"] != "running":
        return
    known.thread = threading.Thread(target=_read, args=(known, container["Id"], podman, arriving), daemon=True)
    known.thread.start()


def _beginning(name: str, podman: Podman, wish: LogWish, arriving: queue.Queue[LogLine]) -> Follower:
    """The last lines of what was there before, and a follower that goes on behind them.

    Not by `podman logs -f --tail`, which turns around what was written in pieces (4.3).
    """
    now = fixed(datetime.now(UTC).isoformat())
    lines = last_lines(name, podman, wish)
    for line in lines:
        arriving.put(line)
    return Follower(name, max((line.time for line in lines), default=now))


def _read(follower: Follower, container: str, podman: Podman, arriving: queue.Queue[LogLine]) -> None:
    before = follower.last

    def take(raw: str) -> None:
        line = parsed(follower.name, raw)
        if line.time > before:  # --since begins with the last line once more
            follower.last = max(follower.last, line.time)
            arriving.put(line)

    with suppress(ToolFailed):  # it has gone
        podman.follow(container, take, *((f"--since={before}",) if before else ()))


def _since(wish: LogWish) -> tuple[str, ...]:
    return (f"--since={round(wish.since)}s",) if wish.since else ()


def parsed(source: str, raw: str) -> LogLine:
    """A line with its time in front, as podman writes it; then as Kubernetes does, so that it can be sorted."""
    stamp, _, text = raw.partition(" ")
    moment = fixed(stamp)
    return LogLine(source, text, moment) if moment else LogLine(source, raw)


def fixed(stamp: str) -> str:
    """A time of podman's in UTC, with all nine digits; empty for what is none."""
    found = MOMENT.fullmatch(stamp)
    if not found:
        return ""
    second = datetime.fromisoformat(found[1] + found[3].replace("Z", "+00:00")).astimezone(UTC)
    return f"{second:%Y-%m-%dT%H:%M:%S}.{(found[2] or '').ljust(9, '0')}Z"
