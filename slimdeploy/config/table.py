"""What every table of slim.toml has in common: strict values, frozen, no unknown keys, each key documented."""

from __future__ import annotations

import os
from typing import Any

os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # it would look through all installed packages: 15 ms

from pydantic import BaseModel, ConfigDict, Field


class Strict(BaseModel):
    """Values as they are written."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True, defer_build=True)


class Table(Strict):
    """A table of slim.toml."""


def key(about: str, *, default: object = ..., example: object, alias: str | None = None) -> Any:  # noqa: ANN401 - pydantic's Field stands for its value
    """A key: what it is for, its default (none: it is needed), how it is written, its name if Python reserves that."""
    return Field(default, description=about, examples=[example], alias=alias)
