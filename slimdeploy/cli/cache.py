"""slimdeploy cache: what is kept on this machine, and how to be rid of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import click

from slimdeploy.cli.group import Group
from slimdeploy.cli.options import Flags, option, verb
from slimdeploy.cli.output import Output
from slimdeploy.events import megabytes

if TYPE_CHECKING:
    from slimdeploy.state.stock import Kept

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}
UNITS = ((86400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"))


def age(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:  # noqa: ARG001
    """Seconds of 30d, 12h, 2w: longer than a Go duration can say."""
    found = re.fullmatch(r"(\d{1,6})([smhdw])", value or "", re.ASCII)
    if value is None or found is None:
        if value is not None:
            raise click.BadParameter('expected a number and a unit, such as "30d", "12h" or "2w"')
        return None
    return float(int(found[1]) * SECONDS[found[2]])


@click.group(cls=Group)
def command() -> None:
    """What is kept of each project: its last images, its binary, what the last build was made of; and what they share.

    All of it can be made again; without it the next build starts go and buildah. Go's own build cache is another one
    (go clean -cache). What was not used for 30 days is dropped after a build, at most once a day.
    """


@verb("show")
def show(output: Output, flags: Flags) -> None:  # noqa: ARG001
    """Show each project's folder, what is kept of it, how much that is, and when it was last used."""
    from slimdeploy.state.places import cache
    from slimdeploy.state.stock import other, stock

    found, further = stock(), other()
    total = sum(each.size for each in found) + sum(size for _, size in further)
    lines = [*_rows(found), *(f"{megabytes(size):>10}  {name}/" for name, size in further)]
    document = {
        "folder": str(cache()),
        "total": total,
        "projects": [_document(each) for each in found],
        "other": [{"name": name, "size": size} for name, size in further],
    }
    output.result("\n".join([*lines, f"{megabytes(total):>10}  in {cache()}"]), document)


WHAT = (
    option("--older-than", callback=age, metavar="AGE", help="What was not used for so long: 30d, 12h, 2w."),
    click.option("--all", "everything", is_flag=True, help="Everything."),
    click.option("--dry-run", is_flag=True, help="Only show what would be removed."),
)


@verb("prune", WHAT)
def prune(output: Output, flags: Flags, older_than: float | None, *, everything: bool, dry_run: bool) -> None:  # noqa: ARG001
    """Remove what is kept of projects that are gone, or were not used for a time (30 days); never what a run uses."""
    from slimdeploy.state import stock

    limit = time.time() - (stock.UNUSED if older_than is None else older_than)
    done = stock.prune(lambda each: everything or each.gone or each.used < limit, really=not dry_run)
    freed = sum(each.size for each in done.removed) + done.shared
    for line in _rows(done.removed):
        output.closing(line)
    said = "would remove" if dry_run else "removed"
    busy = f"; {len(done.busy)} in use, and left alone" if done.busy else ""
    shared = f", {megabytes(done.shared)} of it shared" if done.shared else ""
    output.closing(f"{said} {megabytes(freed)} of {_counted(len(done.removed), 'project')}{shared}{busy}")
    output.result(
        "",
        {
            "removed": [_document(each) for each in done.removed],
            "in_use": [_document(each) for each in done.busy],
            "freed": freed,
            "dry_run": dry_run,
        },
    )


command.add_command(show)
command.add_command(prune)


def _rows(found: Iterable[Kept]) -> list[str]:
    return [
        f"{megabytes(each.size):>10}  {_counted(each.images, 'image'):<9}  {_ago(each.used):<14}  {_name(each)}"
        for each in found
    ]


def _name(kept: Kept) -> str:
    return (kept.project or f"unknown, {kept.folder}") + (" (gone)" if kept.gone else "")


def _ago(moment: float) -> str:
    seconds = max(time.time() - moment, 1)
    size, unit = next((size, unit) for size, unit in UNITS if seconds >= size)
    return f"{_counted(int(seconds // size), unit.removesuffix('s'))} ago"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _document(kept: Kept) -> dict[str, Any]:
    return {
        "project": kept.project or None,
        "gone": kept.gone,
        "folder": str(kept.folder),
        "images": kept.images,
        "binaries": kept.binaries,
        "size": kept.size,
        "used": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(kept.used)),
    }
