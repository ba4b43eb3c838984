"""What a flag or an argument may be, and what is said about anything else."""

from __future__ import annotations

from typing import Any

import click


class Filled(click.ParamType):  # type: ignore[type-arg, unused-ignore] # generic since click 8.3
    """Text that is not empty: `-n "$NAMESPACE"` with the variable unset must not mean another namespace."""

    name = "text"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text as it is."""
        return self.fail("is empty", param, ctx) if value == "" and not (param and param.default == "") else value


class Number(click.IntRange):
    """A release's."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        """The number."""
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            return self.fail(f"{value!r} is not a release number; slimdeploy history shows them", param, ctx)
