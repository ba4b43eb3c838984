"""image.max_size: an image that is larger than it may be fails the build, with what grew since one that fitted.

That one is kept as its layout, hard links for what is there anyway (1 ms, no bytes); it is measured only when it is
needed. Both are measured without their symbols, so a build that fits costs nothing.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.sizes import ImageSize
from slimdeploy.build.growth import Growth, growth, unnamed
from slimdeploy.build.image_size import measure
from slimdeploy.build.layout import read_layout
from slimdeploy.build.unpacking import readable
from slimdeploy.errors import ImageFailed
from slimdeploy.events import amount
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.skopeo import Skopeo

FITTED = "fitted"
MOST_SHOWN = 8
LEAST_SHOWN = 1000
HINT = "slimdeploy size shows all of it; if it has to be larger: image.max_size"


def check(image: Image, limit: int | None, kept: Path, work: Path) -> None:
    """Raises ImageFailed when an image has more bytes than `limit`; otherwise keeps it as the one that fitted.

    Of an image for several platforms each one has to fit. `work` is a folder to unpack in.
    """
    for each in image.each if limit is not None else ():
        _check(each, limit or 0, kept / FITTED / each.platform.slug, work)


def _check(image: Image, limit: int, fitted: Path, work: Path) -> None:
    if image.size > limit:
        raise ImageFailed(
            f"the image for {image.platform} has {_exact(image.size, limit)}, "
            f"and image.max_size allows {_exact(limit, image.size)}",
            details=tuple(_explained(image, fitted, work)),
            hint=HINT,
        )
    with suppress(OSError):  # it is for an explanation only
        _keep(image, fitted)


def _exact(size: int, other: int) -> str:
    """Megabytes; bytes when that would show two different numbers as the same."""
    return f"{size / 1e6:.2f} MB" if abs(size - other) >= 10_000 else f"{size:,} bytes"


def _keep(image: Image, folder: Path) -> None:
    if (folder / image.digest[7:]).is_dir():
        return
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(image.layout, fresh / image.digest[7:], copy_function=_link)
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def _link(source: str, target: str) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without hard links
        shutil.copyfile(source, target)


def _explained(image: Image, folder: Path, work: Path) -> Iterator[str]:
    now = _measured(image.layout, work)
    before = next((found for each in _folders(folder) if (found := _measured(each, work))), None)
    if now and before:
        yield f"{_signed(now.size - before.size)} since the last one that fitted ({before.digest[:19]}):"
        yield from _grown(growth(before, now))
    elif now:
        yield "none that fitted is known here; the largest parts of this one:"
        yield from _largest(now)
    else:
        yield "what grew is not known: the image cannot be unpacked"


def _folders(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _measured(folder: Path, work: Path) -> ImageSize | None:
    layout = read_layout(folder)
    if layout is None:
        return None
    try:
        found = measure(readable(layout, work, Skopeo()), layout.digest, why={})
    except ToolFailed:  # the limit is what has to be said
        return None
    return replace(unnamed(found), digest=layout.digest)


def _grown(changes: tuple[Growth, ...]) -> Iterator[str]:
    grown = [each for each in changes if each.change >= LEAST_SHOWN]
    for each in grown[:MOST_SHOWN]:
        yield f"{_signed(each.change):>12}  {each.name}{'' if each.before else ' (new)'}"
    if left := grown[MOST_SHOWN:]:
        yield f"{_signed(sum(each.change for each in left)):>12}  {len(left)} more"


def _largest(size: ImageSize) -> Iterator[str]:
    parts = [(each.size, each.package) for each in size.program.packages] if size.program else []
    parts += [(each.size, each.path) for each in size.files]
    for bytes_, name in sorted(parts, reverse=True)[:MOST_SHOWN]:
        yield f"{amount(bytes_):>12}  {name}"


def _signed(size: int) -> str:
    return f"{'-' if size < 0 else '+'}{amount(abs(size))}"
