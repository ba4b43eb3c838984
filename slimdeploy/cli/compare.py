"""slimdeploy compare: the same program as a full Go image, on smaller bases, and on nothing."""

from __future__ import annotations

from pathlib import Path

import click

from slimdeploy.cli.options import LOCK, PROJECT, Flags, option, request, verb
from slimdeploy.cli.output import Output


def repository(ctx: click.Context, param: click.Parameter, value: str) -> str:  # noqa: ARG001
    """A repository, by the rules of image.repository."""
    from slimdeploy.config import references
    from slimdeploy.config.refusal import Refused

    try:
        return references.repository(value) if value else ""
    except Refused as refused:
        raise click.BadParameter(f"{refused} ({refused.hint})" if refused.hint else str(refused)) from None


BASES = (
    option("--full", metavar="IMAGE", default="golang:1.26", show_default=True, help="The whole Go image."),
    option(
        "--small", metavar="IMAGE", default="golang:1.26-alpine", show_default=True, help="A Go image that is small."
    ),
    option("--base", metavar="IMAGE", default="alpine:3", show_default=True, help="The base without Go."),
    option(
        "--registry",
        metavar="HOST/REPOSITORY",
        default="",
        callback=repository,
        help="Push there, as tags slimdeploy-compare-*, which stay; default: a registry here, for the moment.",
    ),
    option("--html", metavar="FILE", help="Also write a page with bars to open in a browser."),
)


@verb("compare", PROJECT, LOCK, BASES)
def command(output: Output, flags: Flags, full: str, *, small: str, base: str, registry: str, html: str | None) -> None:
    """Build once, and measure the binary on a full Go image, a small one, a small base, and scratch.

    For each: size, compressed size, time to push, to pull into an empty store, and to start. On this machine nothing
    stays behind.
    """
    from slimdeploy.comparing import Wish, compare
    from slimdeploy.ui import ladder, page

    file = page.check(Path(html)) if html else None
    found = compare(request(flags, output), output.terminal, Wish(full, small, base, registry))
    if file:
        output.terminal(page.write(file, ladder.ladder_page(found), flags.directory))
    output.result(ladder.text(found), ladder.document(found))
