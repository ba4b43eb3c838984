"""What is about to be written, and where: said before the first write, one line an object, never more than a screen."""

from __future__ import annotations

from collections.abc import Iterator

from slimdeploy.artifacts.deploy import Action, Change, Changes, FieldChange

MOST_OBJECTS, MOST_FIELDS = 12, 5
BORING = ("spec.template.spec.", "spec.template.", "spec.")


def lines(changes: Changes) -> Iterator[str]:
    """The pending changes, each with the fields that differ."""
    pending = changes.pending
    for change in pending[:MOST_OBJECTS]:
        yield f"  {change.action} {change.ref}{_details(change)}"
    if len(pending) > MOST_OBJECTS:
        yield f"  and {len(pending) - MOST_OBJECTS} more"


def _details(change: Change) -> str:
    taken = f", taken over from {', '.join(change.adopts)}" if change.adopts else ""
    if change.action is not Action.CHANGED:
        return taken
    names = list(dict.fromkeys(map(_name, change.fields)))
    more = f" and {len(names) - MOST_FIELDS} more" if len(names) > MOST_FIELDS else ""
    return f"{taken}: {', '.join(names[:MOST_FIELDS]) or 'who manages its fields'}{more}"


def _name(change: FieldChange) -> str:
    """The part of a path that tells something: env[GREETING] of spec.template.spec.containers[hello].env[GREETING]."""
    path = next((change.path.removeprefix(each) for each in BORING if change.path.startswith(each)), change.path)
    inner = path.partition("].")[2] if path.startswith("containers[") else path
    return (inner or path).removesuffix(".value")
