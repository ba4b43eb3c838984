"""Sets of fields as managedFields hold them (FieldsV1): a tree of "f:name", 'k:{"name":"x"}', 'v:"value"' and ".".

https://kubernetes.io/docs/reference/generated/kubernetes-api/v1.33/#fieldsv1-v1-meta
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

Fields = Mapping[str, Any]
Steps = tuple[str, ...]


def union(sets: Iterable[Fields]) -> dict[str, Any]:
    """All fields of all sets."""
    result: dict[str, Any] = {}
    for each in sets:
        for key, inner in each.items():
            result[key] = union((result.get(key, {}), inner))
    return result


def beyond(fields: Fields, kept: Fields, steps: Steps = ()) -> Iterator[Steps]:
    """The branches of `fields` that `kept` has nothing of, as steps to them."""
    for key, inner in fields.items():
        if key == ".":
            continue
        if key in kept:
            yield from beyond(inner, kept[key], (*steps, key))
        else:
            yield (*steps, key)


def differing(fields: Fields, one: object, other: object, steps: Steps = ()) -> Iterator[Steps]:
    """The branches of `fields` in which two objects differ: single leaves, or all of what only one of them has."""
    for key, inner in fields.items():
        left, right = (None, None) if key == "." else (value_of((key,), each) for each in (one, other))
        if left == right:
            continue
        if left is None or right is None or not inner:
            yield (*steps, key)
        else:
            yield from differing(inner, left, right, (*steps, key))


def has(steps: Steps, fields: Fields) -> bool:
    """Whether this field, or all of what it is in, belongs to the set."""
    for depth, step in enumerate(steps):
        if step not in fields:
            return depth > 0 and not fields
        fields = fields[step]
    return True


def path_of(steps: Steps) -> str:
    """As a diff writes it: spec.template.spec.containers[hello].image."""
    return "".join(map(_shown, steps)).removeprefix(".")


def value_of(steps: Steps, document: object) -> object:
    """What the object holds there; None if nothing."""
    for step in steps:
        document = _inside(step, document)
    return document


def _shown(step: str) -> str:
    kind, _, name = step.partition(":")
    if kind == "f":
        return f".{name}"
    value = json.loads(name)
    return f"[{'/'.join(str(each) for each in value.values()) if isinstance(value, dict) else value}]"


def _inside(step: str, document: object) -> object:
    kind, _, name = step.partition(":")
    if kind == "f":
        return document.get(name) if isinstance(document, Mapping) else None
    items = document if isinstance(document, list) else []
    wanted = json.loads(name)
    if kind == "v":
        return wanted if wanted in items else None
    if kind == "i":
        return items[wanted] if wanted < len(items) else None
    return next((item for item in items if all(item.get(key) == value for key, value in wanted.items())), None)
