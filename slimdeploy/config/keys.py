"""Which keys there are, asked from the model; and what an unknown one was probably meant to be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import get_args, get_origin

from pydantic.fields import FieldInfo

from slimdeploy.config.model import Config
from slimdeploy.config.near import ALIASES, did_you_mean
from slimdeploy.config.refusal import Key, KeyPath
from slimdeploy.config.table import Table

PROFILES = "profiles"
OPERATION = "patch.ops"  # has the words of RFC 6902: one that is missing here belongs nowhere else
NAMED = "*"  # stands for any name: app.secrets.*.from_env
IN_LISTS = (  # tables whose keys make sense in their list only
    "app.ports",
    "app.config",
    "image.files",
    "deploy.volumes",
    "deploy.tolerations",
    "patch",
    "patch.ops",
    "app.secrets.*",
    "processes.*",
    "processes.*.ports",
    "processes.*.autoscale",
    "processes.*.resources",
)

COMPILED = ("build", "static")
GO_ENVIRONMENT = "go sees this shell's GOFLAGS and so on (or `go env -w`); [app] env is for the running program"


@cache
def known_keys() -> dict[str, dict[str, FieldInfo]]:
    """The keys of each table, by the table's dotted name; "" is the top."""
    return dict(_tables(Config, ""))


def unknown(path: KeyPath, *, table: bool) -> tuple[str, str]:
    """Message and hint for a key that no table has at this place."""
    parent = canonical(path[:-1])
    name, siblings = str(path[-1]), [*known_keys().get(parent, {}), *([PROFILES] if not parent else [])]
    what = "unknown table" if table else "unknown key"
    if name == PROFILES:
        return "a profile cannot hold profiles", ""
    if name.lower() in siblings:
        return f'{what}; did you mean "{name.lower()}"?', ""
    if parent in COMPILED and ALIASES.get(name.lower(), "app.env") == "app.env" and "env" in name.lower():
        return what, GO_ENVIRONMENT
    place = _other_place(name.lower(), parent, table=table)
    question = (
        place or did_you_mean(name, siblings) or (did_you_mean(name, _all_keys(), 0.75) if parent != OPERATION else "")
    )
    return f"{what}{question}", "" if question else f"known: {', '.join(siblings)}"


def field_at(path: KeyPath) -> FieldInfo | None:
    """The field that a key path leads to."""
    names = [part for part in path if isinstance(part, str)]
    return known_keys().get(canonical(names[:-1]), {}).get(names[-1]) if names else None


def canonical(path: Sequence[Key]) -> str:
    """A key path without its numbers, dotted; what a person names is a *."""
    parts: list[str] = []
    for part in path:
        if isinstance(part, str):
            parts.append(NAMED if ".".join((*parts, NAMED)) in known_keys() else part)
    return ".".join(parts)


def _other_place(name: str, parent: str, *, table: bool) -> str:
    if parent == OPERATION:
        return ""
    for owner, fields in known_keys().items():
        if name in fields and owner not in ("", *IN_LISTS):
            return f'; "{name}" belongs under [{owner}]'
    if table and name in known_keys()[""]:
        return f"; [{name}] belongs at the top"
    if name not in ALIASES:
        return ""
    owner, _, key = ALIASES[name].rpartition(".")
    return f'; did you mean "{key if owner == parent else ALIASES[name]}"?'


def _all_keys() -> list[str]:
    tables = (each for each in known_keys().items() if each[0] not in ("", *IN_LISTS))
    return [f"{owner}.{key}" for owner, fields in tables for key in fields]


def _tables(model: type[Table], name: str) -> Iterator[tuple[str, dict[str, FieldInfo]]]:
    named = {field.alias or key: field for key, field in model.model_fields.items()}
    yield name, named
    for key, field in named.items():
        inner = _table_in(field.annotation)
        if inner:
            below = f"{key}.{NAMED}" if get_origin(field.annotation) is Mapping else key
            yield from _tables(inner, f"{name}.{below}".removeprefix("."))


def _table_in(annotation: object) -> type[Table] | None:
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    return next((found for each in get_args(annotation) if (found := _table_in(each))), None)
