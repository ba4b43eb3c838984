"""Fields that somebody else manages -> a table that a person can decide by: field, owner, theirs, ours, ways out.

The server names fields as structured-merge-diff does: .spec.ports[port=80,protocol="TCP"].targetPort, with dots in
names not escaped; here they are looked up in the live object and in the manifest.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from slimdeploy.artifacts.deploy import FieldChange, Manifest, ObjectRef
from slimdeploy.deploy.comparing.fields import discreet
from slimdeploy.deploy.comparing.origin import key_of
from slimdeploy.errors import FieldConflict
from slimdeploy.tools.kube_errors import Conflict

ITEM = re.compile(r"\[((?:[^\]\"]|\"(?:[^\"\\]|\\.)*\")*)\]")
PAIR = re.compile(r'([\w-]*)=("(?:[^"\\]|\\.)*"|[^,]+)')
HEAD = ("field", "managed by", "has", "would be")
SHOWN = 40
NOTHING = object()
IMAGE = "image.repository"  # says where, not which: theirs cannot be had by changing it
AUTOSCALER = "kube-controller-manager"


def described(
    ref: ObjectRef, conflicts: Sequence[Conflict], live: Mapping[str, Any] | None, manifest: Manifest
) -> FieldConflict:
    """The error for one object."""
    rows = [_row(ref.kind, conflict, live or {}, manifest) for conflict in conflicts]
    widths = [max(len(row[column]) for row in (HEAD, *rows)) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in (HEAD, *rows)]
    return FieldConflict(
        f"{ref}: somebody else manages fields that slim.toml sets",
        details=[line.rstrip() for line in lines],
        hint="\n".join(_ways_out(conflicts)),
    )


def value_at(path: str, document: object) -> object:
    """What a field is in an object; NOTHING if it is not there."""
    rest = path
    while rest:
        if rest.startswith("["):
            found = ITEM.match(rest)
            if found is None:
                return NOTHING
            document, rest = _item(found[1], document), rest[found.end() :]
        else:
            document, rest = _member(rest.removeprefix("."), document)
        if document is NOTHING:
            return NOTHING
    return document


def _row(kind: str, conflict: Conflict, live: Mapping[str, Any], manifest: Manifest) -> tuple[str, str, str, str]:
    theirs, ours = (value_at(conflict.field, document) for document in (live, manifest))
    old, new = (None if each is NOTHING else each for each in (theirs, ours))
    change = discreet(kind, FieldChange(conflict.field.lstrip("."), old, new))
    owner = f"{conflict.owner} ({conflict.subresource})" if conflict.subresource else conflict.owner
    return conflict.field, owner, _short(change.old), _short(change.new)


def _short(value: object) -> str:
    text = "(none)" if value is None else json.dumps(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 3]}..."


def _ways_out(conflicts: Sequence[Conflict]) -> list[str]:
    keys = [key for key in dict.fromkeys(key_of(each.field) for each in conflicts) if key not in ("", IMAGE)]
    lines = [f"let slim.toml say what they have: {', '.join(keys)}"] if keys else []
    if any(each.owner == AUTOSCALER and each.subresource == "scale" for each in conflicts):
        lines.append("an autoscaler decides on the copies: deploy.autoscale in slim.toml leaves them to it")
    lines.append("take them over: --force-conflicts")
    for update, how in (
        (False, "let {} apply without them"),
        (True, "{} wrote them by update, and keeps them until then"),
    ):
        if owners := dict.fromkeys(each.owner for each in conflicts if each.update is update):
            lines.append(how.format(", ".join(owners)))
    return lines


def _item(selector: str, document: object) -> object:
    if not isinstance(document, list):
        return NOTHING
    if selector.isdigit():
        return document[int(selector)] if int(selector) < len(document) else NOTHING
    wanted = {key: _parsed(value) for key, value in PAIR.findall(selector)}
    if "" in wanted:  # a set: the item is its own name
        return wanted[""] if wanted[""] in document else NOTHING
    matching = (item for item in document if isinstance(item, Mapping) and _has(item, wanted))
    return next(matching, NOTHING)


def _has(item: Mapping[str, Any], wanted: Mapping[str, object]) -> bool:
    """A key that is left out counts: the server fills in protocol TCP."""
    return all(item.get(key, value) == value for key, value in wanted.items())


def _member(rest: str, document: object) -> tuple[object, str]:
    """The longest key that the rest begins with, as keys may hold dots."""
    if not isinstance(document, Mapping):
        return NOTHING, ""
    for key in sorted(map(str, document), key=len, reverse=True):
        if rest.startswith(key) and rest[len(key) : len(key) + 1] in {"", ".", "["}:
            return document[key], rest[len(key) :]
    return NOTHING, ""


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
