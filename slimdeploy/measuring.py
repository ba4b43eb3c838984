"""Source -> image -> where its bytes are; beside another image, if one is named.

The image is measured as it is, out of its layout. Only for the names of data the same plan is linked once more, with
symbols, into the work folder: 0.2 s for hello, since nothing is compiled again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.plan import Platform
from slimdeploy.artifacts.sizes import ImageSize
from slimdeploy.build.growth import Growth, growth, unnamed
from slimdeploy.build.image_size import measure, platform_of
from slimdeploy.build.index import variant
from slimdeploy.build.layout import Layout, read_layout
from slimdeploy.build.packing import whole
from slimdeploy.build.unpacking import readable
from slimdeploy.config.pulled import parse
from slimdeploy.config.refusal import Refused
from slimdeploy.deliver.pull import DOCKER, TRANSPORTS, pull
from slimdeploy.errors import UsageError
from slimdeploy.events import Note, Report, megabytes, step
from slimdeploy.imaging import make_any_image
from slimdeploy.pipeline import delivery
from slimdeploy.plan.deploy import is_loopback
from slimdeploy.records import frozen
from slimdeploy.state import sizes
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.upkeep import destination
from slimdeploy.workbench import Bench, Request, bench

RUNNING, LAST = "running", "last"
SIZES = "sizes"


@frozen
class Measured:
    """An image's sizes; `before` is the image it is compared with, `changes` what grew and shrank since then."""

    now: ImageSize
    before: ImageSize | None = None
    changes: tuple[Growth, ...] = ()
    others: tuple[Image, ...] = ()
    """Of an image for several platforms, those that are not measured here."""


def size(request: Request, report: Report, against: str = "") -> Measured:
    """Measure the project's image, of several the one for this machine.

    `against` is "running", "last" (the image that was built before this one) or the name of an image.
    """
    wanted = _running(request) if against == RUNNING else against
    with bench(request, report) as here:
        whole_image = make_any_image(here)
        image = whole_image.fitting(here.local.architecture)
        others = tuple(each for each in whole_image.each if each.digest != image.digest)
        with step(report, "size") as running:
            now = _sizes(image, f"{delivery(request, here).repository}@{image.digest}", here)
            running.summary = f"{megabytes(now.size)}, {megabytes(now.compressed_size)} compressed"
        done = compared(_before(wanted, image, request, here), now) if wanted else Measured(now)
        return replace(done, others=others)


def check_reference(against: str) -> None:
    """Whether it can be an image's name at all, before anything is built. Raises UsageError."""
    if against in {"", RUNNING, LAST} or (against.startswith(TRANSPORTS) and not against.startswith(DOCKER)):
        return
    try:
        parse(against.removeprefix(DOCKER))
    except Refused as refused:
        raise UsageError(f"--against {against}: {refused.message}", hint=refused.hint or "REPOSITORY@DIGEST") from None


def compared(before: ImageSize, now: ImageSize) -> Measured:
    """Like with like: data is only told apart if that is so of both."""
    alike = [each if _named(before) == _named(now) else unnamed(each) for each in (before, now)]
    return Measured(now, before, growth(*alike))


def _named(size: ImageSize) -> bool:
    return size.program is not None and size.program.named


def _running(request: Request) -> str:
    """The name of the image that runs now."""
    there = destination(request).status()
    if not there.image:
        hint = "--against last compares with the image that was built before this one"
        raise UsageError(f"{there.app} is not deployed on {there.target}: nothing to compare with", hint=hint)
    return there.image


def _sizes(image: Image, name: str, here: Bench) -> ImageSize:
    """Of our own image, or what was measured of it before."""
    known = sizes.recall(here.kept / SIZES, image.digest)
    if known is not None:
        return replace(known, name=name)
    why = {file.path: file.why for file in image.files}
    return _measured(whole(image.layout), name, here, why=why, twin=lambda: _twin(image.platform, here))


def _twin(platform: Platform, here: Bench) -> Path | None:
    """The same program with symbols. Without it, all is measured but whose data is whose."""
    plan, twin = replace(here.plan.compile, platform=platform), here.work / "with-symbols"
    flags = (*(flag for flag in plan.ldflags if flag != "-s"), "-w")
    try:
        here.strategy.go(plan.project, here.work).build(replace(plan, ldflags=flags, rebuild_all=False), twin)
    except ToolFailed:
        here.report(Note("the program could not be linked with symbols: data is not told apart by package"))
        return None
    return twin


def _before(wanted: str, image: Image, request: Request, here: Bench) -> ImageSize:
    """Sizes of the image to compare with: known, or of a layout that is here still, or of one that is pulled."""
    named = variant(here.kept, wanted.rpartition("@")[2], image.platform)
    layout = _earlier(image, wanted) if wanted == LAST else _kept(image, named)
    digest = layout.digest if layout else named
    name = f"{delivery(request, here).repository}@{digest}" if wanted == LAST else wanted
    if known := sizes.recall(here.kept / SIZES, digest):
        return replace(known, name=name)
    return _measured(layout or _pulled(wanted, image, request, here), name, here, why={})


def _earlier(image: Image, wanted: str) -> Layout:
    """The newest layout of this project that is another image."""
    for layout in _layouts(image.layout.parent):
        if layout.digest != image.digest and platform_of(layout) == image.platform:
            return layout
    raise UsageError(f"--against {wanted}: no other image of this project is kept here", hint="name an image instead")


def _kept(image: Image, digest: str) -> Layout | None:
    return next((each for each in _layouts(image.layout.parent) if each.digest == digest), None)


def _layouts(folder: Path) -> Iterator[Layout]:
    """The newest first."""
    folders = sorted(folder.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    yield from (layout for each in folders if (layout := read_layout(each)))


def _pulled(wanted: str, image: Image, request: Request, here: Bench) -> Layout:
    folder = here.work / "other"
    insecure = request.config.image.insecure or is_loopback(wanted)
    with step(here.report, "pull") as running:
        pull(wanted, folder, image.platform, Skopeo(insecure, lambda line: here.line("skopeo", line)))
        running.summary = wanted
    return whole(folder)


def _measured(layout: Layout, name: str, here: Bench, **more: Any) -> ImageSize:  # noqa: ANN401 - measure's own
    """The sizes of a layout; layers that Python cannot unpack are packed again for that, and counted as they are."""
    unpacked = readable(layout, here.work, Skopeo(on_line=lambda line: here.line("skopeo", line)))
    found = replace(measure(unpacked, name, **more), digest=layout.digest, layers=layout.layers)
    sizes.keep(here.kept / SIZES, found)
    return found
