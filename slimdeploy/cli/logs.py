"""slimdeploy logs: what the app prints."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING
from zlib import crc32

import click

from slimdeploy.cli.options import PROCESS, PROJECT, TARGET, Flags, duration, option, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.cli.stopping import Stopped
from slimdeploy.errors import Interrupted, UsageError
from slimdeploy.events import Note

if TYPE_CHECKING:
    from slimdeploy.deploy.destination import LogLine

COLOURS = ("36", "33", "32", "35", "34", "31")
TAIL = 100
LINES = (
    option("-f", "--follow", is_flag=True, help="Go on as it grows, over restarts and rollouts."),
    option("--tail", type=click.IntRange(0), default=TAIL, show_default=True, metavar="N", help="Lines of each copy."),
    option("--since", callback=duration, metavar="DURATION", help="Only what is newer than that, e.g. 10m."),
    option("-p", "--previous", is_flag=True, help="Of the run before the present one: why it was started again."),
)


@verb("logs", PROJECT, TARGET, PROCESS, LINES)
def command(
    output: Output, flags: Flags, process: str, *, follow: bool, tail: int, since: float | None, previous: bool
) -> int:
    """Print what the app printed, of all its copies, in the order of time. With -o json, one object a line."""
    from slimdeploy.deploy.destination import LogWish
    from slimdeploy.upkeep import destination

    if follow and previous:
        raise UsageError("--previous is of a run that has ended: there is nothing to follow")
    there = destination(request(flags, output), output.terminal)
    names = there.copies(process)
    if not names:
        output.terminal(Note("; ".join(("nothing runs" + (", yet" if follow else ""), *there.status().warnings))))
    elif previous and not any(each.restarts for each in there.status().instances):
        output.terminal(Note("no copy was started again: there is no former run"))
    try:
        there.logs(LogWish(tail, follow, since, previous, process), Printer(output, names))
    except Stopped as stop:
        if isinstance(stop.reason, Interrupted):
            return Interrupted.code  # Ctrl-C is how one leaves it: nothing is said about that
        raise
    return 0


class Printer:
    """Puts the copy's name before its lines, as soon as there are several."""

    def __init__(self, output: Output, names: Iterable[str]) -> None:
        self._output = output
        self._names = set(names)

    def __call__(self, line: LogLine) -> bool:
        """Print a line; False when nobody reads any more."""
        if self._output.json:
            return self._output.line(json.dumps({"pod": line.source, "time": line.time or None, "line": line.text}))
        self._names.add(line.source)
        return self._output.line(line.text, self._prefix(line.source))

    def _prefix(self, name: str) -> str:
        if len(self._names) < 2:
            return ""
        shown = f"{name:<{max(map(len, self._names))}}  "
        colour = COLOURS[crc32(name.encode()) % len(COLOURS)]
        return f"\x1b[{colour}m{shown}\x1b[0m" if self._output.color else shown
