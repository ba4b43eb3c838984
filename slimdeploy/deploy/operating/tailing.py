"""What the app prints, of all its copies: once, in the order of time; or as it comes, over restarts and rollouts.

A *run* is one container from its start to its end. Followed are runs: a program that is started again, and the pods of
a new release, are runs that were not there before. A stream that breaks off goes on after the last line that came.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from slimdeploy.deploy.destination import LogLine, LogWish
from slimdeploy.deploy.operating.arriving import Sink, drain
from slimdeploy.errors import Unreachable
from slimdeploy.records import frozen
from slimdeploy.tools.kube import Kube

Pod = Mapping[str, Any]
Pods = Callable[[], Iterable[Pod]]
"""Takes a line; False when nobody wants any more."""


@frozen
class Run:
    """One container from its start to its end."""

    pod: str
    container: str
    id: str
    several: bool
    restarts: int

    @property
    def name(self) -> str:
        """What its lines are marked with."""
        return f"{self.pod}/{self.container}" if self.several else self.pod


@dataclass
class Follower:
    """Follows one run. `last` is the time of the last line that came."""

    run: Run
    last: str = ""
    thread: threading.Thread | None = None
    query: dict[str, str] = field(default_factory=dict)

    @property
    def idle(self) -> bool:
        """Whether its stream has ended: the run's end, or only the connection's."""
        return self.thread is None or not self.thread.is_alive()


def runs(pods: Iterable[Pod]) -> Iterator[Run]:
    """The present, or last, run of each container."""
    for pod in pods:
        status = pod.get("status", {})
        found = [*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())]
        for each in found:
            if each.get("containerID"):
                name, count = pod["metadata"]["name"], int(each.get("restartCount", 0))
                yield Run(name, each["name"], each["containerID"], len(found) > 1, count)


def once(pods: Pods, kube: Kube, wish: LogWish, sink: Sink) -> None:
    """The last lines of each run, in the order of time."""
    found = [line for run in runs(pods()) for line in _lines(run, kube, wish)]
    for line in sorted(found, key=lambda each: each.time):
        if not sink(line):
            return


def follow(pods: Pods, kube: Kube, wish: LogWish, sink: Sink) -> None:
    """For ever: of what runs at first the last lines, of what comes later everything. Ends when nobody listens."""
    arriving: queue.Queue[LogLine] = queue.Queue()
    followers: dict[str, Follower] = {}
    first = {"tailLines": str(wish.tail), "sinceSeconds": _seconds(wish)}
    while True:
        with suppress(Unreachable):  # an API server that is started again ends no `logs -f`
            _follow_all(pods(), followers, kube, arriving, query=first)
            first = {}
        if not drain(arriving, sink):
            return


def _follow_all(
    pods: Iterable[Pod],
    followers: dict[str, Follower],
    kube: Kube,
    arriving: queue.Queue[LogLine],
    *,
    query: dict[str, str],
) -> None:
    present = list(pods)
    running = {
        each.get("containerID")
        for pod in present
        for each in pod["status"].get("containerStatuses") or ()
        if "running" in each.get("state", {})
    }
    for run in runs(present):
        known = followers.get(run.id)
        if known is None:
            followers[run.id] = known = Follower(run, query=query)
        elif not known.idle or run.id not in running:
            continue
        known.thread = threading.Thread(target=_follow, args=(known, kube, arriving), daemon=True)
        known.thread.start()


def _follow(follower: Follower, kube: Kube, arriving: queue.Queue[LogLine]) -> None:
    run = follower.run
    query = {"sinceTime": follower.last} if follower.last else follower.query
    with suppress(Unreachable):
        for raw in kube.follow(kube.target.namespace, run.pod, container=run.container, timestamps="true", **query):
            line = parsed(run.name, raw)
            if line.time > follower.last:
                follower.last = line.time
                arriving.put(line)


def _lines(run: Run, kube: Kube, wish: LogWish) -> list[LogLine]:
    if wish.previous and not run.restarts:
        return []
    more = {"container": run.container, "timestamps": "true", "sinceSeconds": _seconds(wish)}
    text = kube.logs(kube.target.namespace, run.pod, previous=wish.previous, tail=wish.tail, **more)
    return [parsed(run.name, raw) for raw in text.splitlines()]


def _seconds(wish: LogWish) -> str:
    return str(max(1, round(wish.since))) if wish.since else ""


def parsed(source: str, raw: str) -> LogLine:
    """A line with its time in front (RFC 3339, nanoseconds, as the kubelet writes it)."""
    moment, _, text = raw.partition(" ")
    return LogLine(source, text, moment)
