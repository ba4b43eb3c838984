"""slimdeploy size: where the bytes of the image are."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from slimdeploy.cli.options import LOCK, PLATFORM, PROJECT, TARGET, Flags, option, request, verb
from slimdeploy.cli.output import Output

if TYPE_CHECKING:
    from slimdeploy.measuring import Measured

HOW = (
    option(
        "--against",
        metavar="IMAGE",
        default="",
        help="Compare: `running`, `last` (built before this one), or an image: REPOSITORY@DIGEST, oci:FOLDER.",
    ),
    option("--top", type=click.IntRange(1), default=15, metavar="N", help="How many rows a table has (15)."),
    option("--all", "everything", is_flag=True, help="All rows."),
    option("--html", metavar="FILE", help="Also write a picture (a treemap) to open in a browser."),
)


@verb("size", PROJECT, PLATFORM, TARGET, LOCK, HOW)
def command(output: Output, flags: Flags, against: str, *, top: int, everything: bool, html: str | None) -> None:
    """Build, and show what the image is made of, byte by byte: modules, packages, files, compressed layers."""
    from slimdeploy.measuring import check_reference, size
    from slimdeploy.ui import page
    from slimdeploy.ui.size_page import size_page

    picture = page.check(Path(html)) if html else None
    check_reference(against)
    measured = size(request(flags, output), output.terminal, against)
    if picture:
        output.terminal(
            page.write(picture, size_page(measured.now, measured.before, measured.changes), flags.directory)
        )
    output.result(text(measured, None if everything else top), document(measured))


def text(measured: Measured, top: int | None) -> str:
    """For people: what it is made of, or what changed."""
    from slimdeploy.ui import size_table

    others = [size_table.other(each) for each in measured.others]
    if measured.before is None:
        return "\n".join([size_table.text(measured.now, top), *([""] if others else []), *others])
    return size_table.changes_text(measured.before, measured.now, measured.changes, top)


def document(measured: Measured) -> dict[str, Any]:
    """For programs: bytes."""
    from slimdeploy.cli.build import of_platform
    from slimdeploy.ui.size_table import document as of

    found = of(measured.now)
    found["others"] = [{"digest": each.digest} | of_platform(each) for each in measured.others]
    if measured.before:
        changes = [asdict(each) | {"change": each.change} for each in measured.changes]
        found |= {"against": of(measured.before), "changes": changes}
    return found
