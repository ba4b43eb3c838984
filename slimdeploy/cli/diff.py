"""slimdeploy diff: what `up` would change."""

from __future__ import annotations

import json
from collections.abc import Callable

import click

from slimdeploy.artifacts.deploy import Change, Changes, FieldChange
from slimdeploy.cli.options import BUILD, LOCK, PROJECT, TAKEOVER, TARGET, Flags, option, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.cli.values import Number
from slimdeploy.errors import UsageError
from slimdeploy.events import Warned

LONGEST = 100
LOOKS = {"created": ("+", "green"), "changed": ("~", "yellow"), "pruned": ("-", "red"), "unchanged": (" ", "")}
Paint = Callable[[str, str], str]


@verb(
    "diff",
    PROJECT,
    BUILD,
    TARGET,
    TAKEOVER,
    LOCK,
    (option("--exit-code", "exit_code", is_flag=True, help="Exit 2 when something would change."),),
    (click.argument("releases", type=Number(1), nargs=-1, metavar="[N M]"),),
)
def command(output: Output, flags: Flags, exit_code: bool, releases: tuple[int, ...]) -> int:  # noqa: FBT001
    """Show what `up` would change, by a server-side dry-run. Pushes nothing, writes nothing.

    With two numbers: what changed from release N to release M of the history.
    """
    from slimdeploy.pipeline import diff
    from slimdeploy.upkeep import destination

    if len(releases) not in {0, 2}:
        raise UsageError("diff compares two releases", hint="slimdeploy diff 3 5; slimdeploy history shows them")
    asked = request(flags, output)
    changes = destination(asked, output.terminal).between(*releases) if releases else diff(asked, output.terminal)
    for text in (*changes.kept, *changes.warnings):
        output.terminal(Warned(text))
    show(output, changes)
    return 2 if exit_code and changes.pending else 0


def show(output: Output, changes: Changes) -> None:
    """Print the changes."""
    found = [line for change in changes.items for line in lines(change, output.paint, whole=output.verbose)]
    pending = len(changes.pending)
    output.result("\n".join(found), document(changes))
    output.closing(f"{pending} of {len(changes.items)} objects would change" if pending else "nothing would change")


def lines(change: Change, paint: Paint, *, whole: bool) -> list[str]:
    """One object for people: its name and each field that differs; `whole` also what is created, and long values."""
    mark, colour = LOOKS[str(change.action)]
    taken = f", taken over from {', '.join(change.adopts)}" if change.adopts else ""
    head = paint(f"{mark} {change.action:<9} {change.ref}{taken}", colour)
    if change.action == "changed":
        shown = [line for field in change.fields for line in _field(field, paint, whole=whole)]
        return [head, *(shown or ["    who manages its fields; their values stay"])]
    created = [line for field in change.fields for line in _added(field, paint)] if whole else []
    return [head, *created] if change.action == "created" else [head]


def document(changes: Changes) -> list[dict[str, object]]:
    """The changes as JSON holds them."""
    return [
        {
            "object": str(change.ref),
            "action": str(change.action),
            "fields": [{"path": field.path, "old": field.old, "new": field.new} for field in change.fields],
            **({"adopts": list(change.adopts)} if change.adopts else {}),
        }
        for change in changes.items
    ]


def _field(field: FieldChange, paint: Paint, *, whole: bool) -> list[str]:
    old, new = (_shown(value, whole=whole) for value in (field.old, field.new))
    if field.old is None:
        return [paint(f"    + {field.path}: {new}", "green")]
    if field.new is None:
        return [paint(f"    - {field.path}: {old}", "red")]
    if len(field.path) + len(old) + len(new) <= LONGEST:
        return [f"    {paint('~', 'yellow')} {field.path}: {paint(old, 'red')} -> {paint(new, 'green')}"]
    return [
        f"    {paint('~', 'yellow')} {field.path}:",
        paint(f"      - {old}", "red"),
        paint(f"      + {new}", "green"),
    ]


def _added(field: FieldChange, paint: Paint) -> list[str]:
    """A field of a new object, spread over lines as YAML is read."""
    if not isinstance(field.new, dict | list):
        return [paint(f"    + {field.path}: {_shown(field.new, whole=True)}", "green")]
    text = json.dumps(field.new, indent=2, ensure_ascii=False).splitlines()
    return [paint(f"    + {field.path}: {text[0]}", "green"), *(paint(f"      {line}", "green") for line in text[1:])]


def _shown(value: object, *, whole: bool) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return (
        text if whole or len(text) <= LONGEST else f"{text[: LONGEST - 20]}... ({len(text)} characters, -v shows them)"
    )
