"""Two objects -> the fields that differ, by name. Pure. No secret gets into what is said about a field.

Items of a list are told apart as server-side apply does, by the keys of the API's own lists; so an environment variable
in the middle is one line, and not a list that has moved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any

from slimdeploy.artifacts.deploy import FieldChange
from slimdeploy.config.confidential import secret_name, secret_shape

MISSING = object()
HIDDEN, CHANGED = "(secret)", "(another secret)"
LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"  # a copy of the whole object, a Secret's too
SECRET_KEYS = ("data", "stringData")
IDENTITIES = (
    ("name",),
    ("mountPath",),
    ("containerPort", "protocol"),
    ("port", "protocol"),
    ("topologyKey", "whenUnsatisfiable"),
    ("ip",),
    ("host",),
    ("uid",),
)
"""What tells items of one list apart (x-kubernetes-list-map-keys)."""
Items = list[Any]


def field_changes(old: object, new: object, path: str = "") -> Iterator[FieldChange]:
    """Every leaf that differs, with its dotted path."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from field_changes(old.get(key, MISSING), new.get(key, MISSING), f"{path}.{key}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list):
        yield from _list_changes(old, new, path)
    elif old != new:
        yield FieldChange(path, None if old is MISSING else old, None if new is MISSING else new)


def discreet(kind: str, change: FieldChange) -> FieldChange:
    """The same change without what must not be shown."""
    if kind == "Secret" and change.path.split(".")[0] in SECRET_KEYS:
        old, new = _hidden(change.old), _hidden(change.new)
        return FieldChange(change.path, old, CHANGED if old == new == HIDDEN else new)
    return FieldChange(change.path, *_pair(change.path, change.old, change.new))


def _list_changes(old: Items, new: Items, path: str) -> Iterator[FieldChange]:
    name = _naming(old, new)
    if name is None and len(old) != len(new):
        yield FieldChange(path, old, new)
    elif name is None:
        for index, (left, right) in enumerate(zip(old, new, strict=True)):
            yield from field_changes(left, right, f"{path}[{index}]")
    else:
        before, after = ({name(item): item for item in items} for items in (old, new))
        for key in dict.fromkeys((*before, *after)):
            yield from field_changes(before.get(key, MISSING), after.get(key, MISSING), f"{path}[{key}]")
        kept, stays = [key for key in before if key in after], [key for key in after if key in before]
        if kept != stays:
            yield FieldChange(f"{path} (order)", kept, stays)


def _naming(old: Items, new: Items) -> Callable[[Mapping[str, Any]], str] | None:
    """How items of these two lists are called; None when nothing tells them apart."""
    if not all(isinstance(item, Mapping) for item in chain(old, new)):
        return None
    for keys in IDENTITIES:
        if all(keys[0] in item for item in chain(old, new)) and all(_distinct(each, keys) for each in (old, new)):
            return lambda item, keys=keys: _name(item, keys)  # type: ignore[misc]
    return None


def _name(item: Mapping[str, Any], keys: tuple[str, ...]) -> str:
    return "/".join(str(item[key]) for key in keys if key in item)


def _distinct(items: Items, keys: tuple[str, ...]) -> bool:
    return len({_name(item, keys) for item in items}) == len(items)


def _pair(path: str, old: object, new: object) -> tuple[object, object]:
    before, after = _plain(path, old), _plain(path, new)
    return before, CHANGED if before == after == HIDDEN else after


def _plain(path: str, value: object) -> object:
    """A value without passwords: by the name that it has, or by its look."""
    if isinstance(value, Mapping):
        named = str(value.get("name", ""))
        return {
            key: _plain(f"{path}[{named}].{key}" if named else f"{path}.{key}", each) for key, each in value.items()
        }
    if isinstance(value, list):
        return [_plain(path, each) for each in value]
    if not isinstance(value, str):
        return value
    return HIDDEN if path.endswith(LAST_APPLIED) or _secret_variable(path) or secret_shape(value) else value


def _secret_variable(path: str) -> bool:
    """Whether this is the literal value of an environment variable with a telling name.

    ...env[DB_PASSWORD].value in a diff, ...env[name="DB_PASSWORD"].value in the server's words.
    """
    item, _, last = path.rpartition("].")
    variable = item.rpartition("[")[2].removeprefix("name=").strip('"')
    return last == "value" and secret_name(variable)


def _hidden(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _hidden(each) for key, each in value.items()}
    return value if value is None else HIDDEN
