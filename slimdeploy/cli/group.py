"""A list of verbs: help when none is given, as kubectl does, and the nearest one for one that does not exist."""

from __future__ import annotations

import click

from slimdeploy.errors import UsageError


class Group(click.Group):
    """As click's, but for what is said about no verb, and about a wrong one."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Nothing asks for help."""
        return super().parse_args(ctx, args or ["--help"])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click, with the nearest verb for one that does not exist."""
        known = self.list_commands(ctx)
        if args and args[0] not in known and not args[0].startswith("-"):
            from difflib import get_close_matches

            near = get_close_matches(args[0], known, 1)
            hint = f"did you mean {near[0]}?" if near else f"{ctx.command_path} --help lists the verbs"
            raise UsageError(f"there is no verb {args[0]!r}", hint=hint)
        return super().resolve_command(ctx, args)
