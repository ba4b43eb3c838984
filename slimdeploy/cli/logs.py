"""slimdeploy logs: what the app prints."""

from __future__ import annotations

import click

from slimdeploy.cli.options import PROJECT, TARGET, Flags, option, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.events import Note

LINES = (
    option("-f", "--follow", is_flag=True, help="Go on as it grows."),
    option(
        "--tail",
        type=click.IntRange(0),
        default=100,
        show_default=True,
        metavar="N",
        help="The last N lines of each copy.",
    ),
)


@verb("logs", PROJECT, TARGET, LINES)
def command(output: Output, flags: Flags, follow: bool, tail: int) -> None:  # noqa: FBT001 - click calls by name
    """Print what the app printed, of all its copies."""
    from slimdeploy.pipeline import destination

    there = destination(request(flags, output))
    if not there.status().instances:
        output.terminal(Note("nothing runs"))
    there.logs(tail=tail, follow=follow, sink=output.line)
