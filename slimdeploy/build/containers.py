"""A builder image in a store of our own: unpacked once, with containers that wait to be used again.

Unpacking takes seconds (golang: 1 GB), a `buildah run` 0.2 s. So the store stays, and so do its containers: go writes
only into folders that are mounted. A container is used by whoever holds its lock, which ends with its holder: after
`kill -9` there is nothing to collect. Two runs in one container would unmount it under each other, so each has its own.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from slimdeploy.artifacts.plan import Pinned, Platform
from slimdeploy.build.pulling import Puller, folder_name
from slimdeploy.errors import DiskFull, ImageFailed, SlimdeployError, ToolMissing
from slimdeploy.events import step
from slimdeploy.records import frozen
from slimdeploy.state.flock import Busy, held
from slimdeploy.state.places import cache
from slimdeploy.tools.buildah import Buildah, Container, Run
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.lines import LineSink

DRIVERS = ("overlay", "vfs")
"""vfs copies all of the image for each container, and works where overlay does not: in containers, for some users."""
MOST = {"overlay": 16, "vfs": 1}
READY = "ready.json"
NO_IDS = re.compile("setting supplemental groups|insufficient UIDs or GIDs|newuidmap|newgidmap")
"""What an ordinary user sees who has no further ids: an image's files belong to several users."""


@frozen
class Prepared:
    """The image's id in its store, the store's driver, and where go of this image gets modules from."""

    image: str
    driver: str
    proxy: str = ""


class Containers:
    """The containers of one builder image."""

    def __init__(self, pinned: Pinned, platform: Platform, puller: Puller) -> None:
        self.pinned = pinned
        self.platform = platform
        self.puller = puller
        self.folder = cache() / "builders" / folder_name(pinned, platform)

    @property
    def go_cache(self) -> Path:
        """go's build cache of this builder."""
        return self.folder / "gocache"

    def prepare(self) -> Prepared:
        """Pull and unpack, if that was not done before. Raises ImageFailed, NotAllowed, Unreachable, DiskFull."""
        self.go_cache.mkdir(parents=True, exist_ok=True)
        with held(self.folder / "lock"):
            try:
                return Prepared(**json.loads((self.folder / READY).read_bytes()))
            except (OSError, ValueError, TypeError):
                prepared = self._unpack()
            fresh = self.folder / f"{READY}.new"
            fresh.write_text(json.dumps(prepared.__dict__), encoding="utf-8")
            fresh.replace(self.folder / READY)
        return prepared

    def run(self, argv: tuple[str, ...], run: Run, on_line: LineSink | None) -> str:
        """Run a program in a container that nobody else uses at the moment."""
        prepared = self.prepare()
        with self._free(prepared) as container:
            return self._buildah(prepared.driver, on_line).run(container, argv, run)

    def _unpack(self) -> Prepared:
        layout = self.puller.pull(self.pinned, self.platform).folder
        try:
            with step(self.puller.report, "unpack") as running:
                prepared = self._store(layout)
                running.summary = f"{self.pinned.reference}, once"
        finally:
            shutil.rmtree(layout, ignore_errors=True)
        return prepared

    def _store(self, layout: Path) -> Prepared:
        """With the first driver that works here."""
        for driver in DRIVERS:
            self._clear()
            buildah = self._buildah(driver)
            try:
                prepared = Prepared(buildah.pull(layout), driver)
                with self._free(prepared) as container:
                    proxy = buildah.run(container, ("go", "env", "GOPROXY"), Run(Path("/"), (), frozenset(), {}))
                return Prepared(prepared.image, driver, proxy.strip())
            except ToolFailed as failure:
                error = _explain(failure, self.pinned)
                if isinstance(error, ToolMissing | DiskFull):  # another driver would say the same
                    break
        self._clear()
        raise error

    def _clear(self) -> None:
        self._buildah(DRIVERS[-1]).remove_store()
        for made in self.folder.glob("container-*.made"):
            made.unlink()

    @contextmanager
    def _free(self, prepared: Prepared) -> Iterator[Container]:
        """The first container that nobody holds; where all are taken, the first one, once it is free."""
        with ExitStack() as taken:
            number = next((each for each in range(MOST[prepared.driver]) if self._take(each, taken)), None)
            if number is None:
                taken.enter_context(held(self._file(0, "lock")))
                number = 0
            yield self._made(prepared, number)

    def _take(self, number: int, taken: ExitStack) -> bool:
        try:
            taken.enter_context(held(self._file(number, "lock"), wait=0))
        except Busy:
            return False
        return True

    def _made(self, prepared: Prepared, number: int) -> Container:
        made = self._file(number, "made")
        if not made.exists():
            buildah, name = self._buildah(prepared.driver), f"slim-{number}"
            buildah.remove(name)  # one that was begun when we were killed
            buildah.from_image(prepared.image, name)
            made.touch()
        return Container(f"slim-{number}")

    def _file(self, number: int, kind: str) -> Path:
        return self.folder / f"container-{number}.{kind}"

    def _buildah(self, driver: str, on_line: LineSink | None = None) -> Buildah:
        return Buildah(self.folder, on_line, driver=driver, temporary=self.puller.work)


def _explain(failure: ToolFailed, pinned: Pinned) -> SlimdeployError:
    if "no space left on device" in failure.text:
        return DiskFull(f"no space is left for {pinned.reference}", details=failure.details)
    if os.geteuid() != 0 and NO_IDS.search(failure.text):
        return ToolMissing(
            f"{pinned.reference} cannot be run here: user {os.geteuid()} has no ids for the users of an image",
            details=failure.details[-1:],
            hint="as root: usermod --add-subuids 100000-165535 --add-subgids 100000-165535 YOU, with package uidmap\n"
            'or compile on this machine: build.strategy = "scratch" or "base"',
        )
    if 'exec: "go": executable file not found' in failure.text:
        return ImageFailed(
            f"{pinned.reference} has no go", hint=f'{pinned.key} names an image with Go, such as "golang:1.26"'
        )
    return ImageFailed(f"{pinned.reference} cannot be unpacked or run here", details=failure.details[-3:])
