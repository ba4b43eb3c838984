"""A container that has an image's config and no file yet. buildah makes it once; the next ones are copies of its store.

`buildah from` and `buildah config` take 0.1 s of processor time, while go compiles. What they leave is ten small files
that name no folder of this machine. It is kept once an image that was made of it has been looked at whole (packing.py).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from slimdeploy.artifacts.plan import ImagePlan
from slimdeploy.records import frozen
from slimdeploy.state.newest import keep_newest
from slimdeploy.tools.buildah import Buildah, Container
from slimdeploy.tools.command import find

CONTAINERS, KEPT = "containers", 4


@frozen
class Blank:
    """The container; if it is new, `store` is what may be kept as `model`: buildah's store as it is now."""

    container: Container
    model: Path
    store: Path | None = None

    @property
    def is_copy(self) -> bool:
        """Whether an image was made of the same thing before, by the same buildah."""
        return self.store is None

    def keep(self) -> None:
        """What was made of it is as it should be: the next one is a copy."""
        if self.store:
            with suppress(OSError):
                self.model.parent.mkdir(exist_ok=True)
                self.store.rename(self.model)
                keep_newest(self.model.parent, KEPT)


def make_blank(plan: ImagePlan, buildah: Buildah, kept: Path) -> Blank:
    """A container in buildah's store, which may be empty; `kept` is the project's folder. Raises ToolFailed."""
    model, store = kept / CONTAINERS / _key(plan), buildah.folder / "model"
    if buildah.store.exists():
        return Blank(_new(plan, buildah), model, buildah.folder / "none")
    with suppress(OSError):
        shutil.copytree(model, buildah.store)
        os.utime(model)
        container = buildah.container()
        if container.root and not any(container.root.iterdir()):
            return Blank(container, model)
    buildah.remove_store()  # none was kept, or it is damaged
    shutil.rmtree(model, ignore_errors=True)
    container = _new(plan, buildah)
    with suppress(OSError):
        shutil.copytree(buildah.store, store)
    return Blank(container, model, store)


def _new(plan: ImagePlan, buildah: Buildah) -> Container:
    container = buildah.from_scratch()
    buildah.config(container, plan)
    return container


def _key(plan: ImagePlan) -> str:
    """Everything that the store depends on: what is asked for, who we are, which buildah."""
    program = find("buildah")
    status = Path(program).stat() if program else None
    version = [program, status and status.st_size, status and status.st_mtime_ns]
    return hashlib.sha256(json.dumps([asdict(plan), os.geteuid(), version]).encode()).hexdigest()[:32]
