"""What a valid slim.toml says, without the rules that it was held to.

The rules are pydantic's models, which take 0.1 s to import. Everything behind the reader works with their values: the
same attributes, as `Config` in model.py describes them, in objects that are kept as JSON between two runs.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from slimdeploy.records import frozen

if TYPE_CHECKING:
    from slimdeploy.config.model import Config

AnyTable = TypeVar("AnyTable")


@frozen
class Loaded:
    """The configuration, and what it says that is likely a mistake, as lines with their place."""

    config: Config
    warnings: tuple[str, ...]


class Settings:
    """The values of one table of slim.toml."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.__dict__.update(values)

    def __setattr__(self, name: str, _: object) -> NoReturn:
        raise AttributeError(f"{name} does not change")

    def __eq__(self, other: object) -> bool:
        return self.__dict__ == other.__dict__ if isinstance(other, Settings) else NotImplemented

    __hash__ = None  # type: ignore[assignment] # as it holds mappings

    def __repr__(self) -> str:
        return f"Settings({self.__dict__})"


def settings(model: AnyTable) -> AnyTable:
    """The values of a model, and of all in it."""
    return cast("AnyTable", _plain(model))


def changed(table: AnyTable, **values: object) -> AnyTable:
    """The same table with other values."""
    return cast("AnyTable", Settings({**vars(table), **values}))


def dump(loaded: Loaded) -> str:
    """As text, from which `parse` makes the same again."""
    return json.dumps([_packed(loaded.config), loaded.warnings])


def parse(text: str) -> Loaded:
    """What was dumped. Raises ValueError for what was not."""
    try:
        config, warnings = json.loads(text)
        return Loaded(_unpacked(config), tuple(warnings))
    except (TypeError, AttributeError, RecursionError) as error:
        raise ValueError(str(error)) from None


def _plain(value: Any) -> Any:  # noqa: ANN401 - any value of TOML, and so below
    if hasattr(value, "model_fields_set"):
        return Settings({name: _plain(each) for name, each in vars(value).items()})
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return tuple(map(_plain, value)) if isinstance(value, tuple) else value


def _packed(value: Any) -> Any:  # noqa: ANN401
    """JSON that tells a table from a mapping, and a tuple from a list."""
    if isinstance(value, Settings):
        return {"table": {name: _packed(each) for name, each in vars(value).items()}}
    if isinstance(value, dict):
        return {"mapping": {name: _packed(each) for name, each in value.items()}}
    if isinstance(value, tuple):
        return {"tuple": [_packed(each) for each in value]}
    return [_packed(each) for each in value] if isinstance(value, list) else value


def _unpacked(value: Any) -> Any:  # noqa: ANN401
    if isinstance(value, list):
        return [_unpacked(each) for each in value]
    if not isinstance(value, dict):
        return value
    ((kind, inner),) = value.items()
    if kind == "tuple":
        return tuple(_unpacked(each) for each in inner)
    values = {name: _unpacked(each) for name, each in inner.items()}
    return Settings(values) if kind == "table" else values
