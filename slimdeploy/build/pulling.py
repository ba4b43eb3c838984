"""Images that a build starts from, pulled once and kept as OCI layouts by digest and platform."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from slimdeploy.artifacts.build import Base
from slimdeploy.artifacts.plan import Pinned, Platform
from slimdeploy.build.layout import Layout, is_readable, read_layout
from slimdeploy.build.listing import read_listing
from slimdeploy.build.packing import whole
from slimdeploy.errors import DiskFull, ImageFailed, SlimdeployError
from slimdeploy.events import Report, Step, ToolOutput, megabytes, step
from slimdeploy.records import frozen
from slimdeploy.state.flock import held
from slimdeploy.state.places import cache
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.credentials import proven
from slimdeploy.tools.persistence import persist
from slimdeploy.tools.registry_errors import explain
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.tools.traffic import Watch

SECONDS, IDLE = 1800.0, 75.0
OTHER_PLATFORM = "no image found in manifest list"
PATHS = "paths.json"


@frozen
class Puller:
    """Pulls with the user's own logins. `work` is this run's folder."""

    work: Path
    report: Report

    def base(self, pinned: Pinned, platform: Platform) -> Base:
        """The image with what is in it. Raises ImageFailed when it is for another platform, NotAllowed, Unreachable."""
        folder = kept(pinned, platform)
        with held(folder.with_name(f"{folder.name}.lock")):
            layout = read_layout(folder) or _move(self.pull(pinned, platform).folder, folder)
            _check(layout, pinned, platform)
            listing = read_listing(layout, folder.with_name(f"{folder.name}.{PATHS}"), self._readable)
        return Base(pinned, folder, listing.size, listing.paths, listing.passwd, listing.group)

    def _readable(self, layout: Layout) -> Layout:
        """With zstd layers packed again, to be looked into; into images they go as they are."""
        if is_readable(layout):
            return layout
        again = self.work / "pulled" / f"{layout.folder.name}.gzip"
        again.parent.mkdir(exist_ok=True)
        try:
            Skopeo(on_line=lambda line: self.report(ToolOutput("skopeo", line))).compress(layout.folder, again, "gzip")
        except ToolFailed as failure:
            raise _full(failure) or ImageFailed("a base's zstd layer cannot be read", details=failure.details) from None
        return whole(again)

    def pull(self, pinned: Pinned, platform: Platform) -> Layout:
        """The image as a layout in the work folder."""
        fresh = self.work / "pulled" / folder_name(pinned, platform)
        fresh.parent.mkdir(exist_ok=True)
        with step(self.report, "pull") as running:
            self._pull(pinned, platform, fresh, running)
            layout = read_layout(fresh)
            if layout is None:
                raise ImageFailed(f"{pinned.reference} did not arrive whole", hint="run this again")
            running.summary = f"{pinned.reference} {platform}, {megabytes(layout.compressed_size)}"
        _check(layout, pinned, platform)
        return layout

    def _pull(self, pinned: Pinned, platform: Platform, fresh: Path, running: Step) -> None:
        skopeo = Skopeo(pinned.insecure, lambda line: self.report(ToolOutput("skopeo", line)))
        skopeo = replace(skopeo, watch=Watch(IDLE, lambda _: None))

        def attempt(left: float) -> None:
            shutil.rmtree(fresh, ignore_errors=True)
            replace(skopeo, timeout=left).pull(pinned.exact, platform, fresh)

        try:
            persist(attempt, SECONDS, running)
        except ToolFailed as failure:
            raise _explain(failure, pinned, platform) from None


@frozen
class Below:
    """What an image is put onto, if anything."""

    pinned: Pinned | None
    puller: Puller

    def base(self, platform: Platform) -> Base | None:
        """For this platform."""
        return self.puller.base(self.pinned, platform) if self.pinned else None


def kept(pinned: Pinned, platform: Platform) -> Path:
    """Where an image is kept."""
    folder = cache() / "bases"
    folder.mkdir(exist_ok=True)
    return folder / folder_name(pinned, platform)


def folder_name(pinned: Pinned, platform: Platform) -> str:
    """Digest and platform, short enough for a folder."""
    return f"{pinned.digest.removeprefix('sha256:')[:32]}-{platform.slug}"


def _move(fresh: Path, folder: Path) -> Layout:
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
    layout = read_layout(folder)
    assert layout is not None  # noqa: S101 - it was, a moment ago
    return layout


def _check(layout: Layout, pinned: Pinned, platform: Platform) -> None:
    """An image without an index is whatever it is, and skopeo takes it."""
    system, architecture = layout.config.get("os", "linux"), layout.config.get("architecture", platform.architecture)
    if (system, architecture) != (platform.os, platform.architecture):
        raise _other(pinned, f"is built for {system}/{architecture}", platform)


def _other(pinned: Pinned, what: str, platform: Platform) -> ImageFailed:
    return ImageFailed(
        f"{pinned.reference} {what}, and {platform} is wanted",
        hint=f"another image for {pinned.key}, or other build.platforms",
    )


def _explain(failure: ToolFailed, pinned: Pinned, platform: Platform) -> SlimdeployError:
    if OTHER_PLATFORM in failure.text:
        return _other(pinned, "has no image for this platform", platform)
    return _full(failure) or explain(failure, pinned.repository, proven(pinned.repository), pulled_for=pinned.key)


def _full(failure: ToolFailed) -> DiskFull | None:
    full = "no space left on device" in failure.text
    return DiskFull("no space is left for an image to start from", details=failure.details) if full else None
