"""slimdeploy diff: what `up` would change."""

from __future__ import annotations

import json

import click

from slimdeploy.artifacts.deploy import Change, Changes
from slimdeploy.cli.options import PROJECT, TARGET, Flags, option, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.errors import UsageError
from slimdeploy.events import Warned


@verb(
    "diff",
    PROJECT,
    TARGET,
    (option("--exit-code", "exit_code", is_flag=True, help="Exit 2 when something would change."),),
    (click.argument("releases", type=click.IntRange(1), nargs=-1, metavar="[N M]"),),
)
def command(output: Output, flags: Flags, exit_code: bool, releases: tuple[int, ...]) -> int:  # noqa: FBT001
    """Show what `up` would change, by a server-side dry-run. Pushes nothing, writes nothing.

    With two numbers: what changed from release N to release M of the history.
    """
    from slimdeploy.pipeline import destination, diff

    if len(releases) not in {0, 2}:
        raise UsageError("diff compares two releases", hint="slimdeploy diff 3 5; slimdeploy history shows them")
    asked = request(flags, output)
    changes = destination(asked).between(*releases) if releases else diff(asked, output.terminal)
    for reason in changes.kept:
        output.terminal(Warned(reason))
    output.result("\n".join(line for change in changes.items for line in lines(change)), document(changes))
    return 2 if exit_code and changes.pending else 0


def lines(change: Change) -> list[str]:
    """One object for people: its name and, when it exists already, each field that differs."""
    head = f"{change.action:<9} {change.ref}"
    if change.action != "changed":
        return [head]
    return [head, *(f"  {field.path}: {_shown(field.old)} -> {_shown(field.new)}" for field in change.fields)]


def document(changes: Changes) -> list[dict[str, object]]:
    """The changes as JSON holds them."""
    return [
        {
            "object": str(change.ref),
            "action": str(change.action),
            "fields": [{"path": field.path, "old": field.old, "new": field.new} for field in change.fields],
        }
        for change in changes.items
    ]


def _shown(value: object) -> str:
    return click.unstyle("(none)" if value is None else json.dumps(value))
