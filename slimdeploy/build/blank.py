"""A container that has an image's config and no file yet. buildah makes it once; the next ones are copies of its store.

`buildah from` and `buildah config` take 0.1 s of processor time, while go compiles. What they leave is ten small files
that name no folder of this machine. What a copy gives is compared with what was asked for, as always (packing.py).
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
from slimdeploy.tools.buildah import Buildah, Container
from slimdeploy.tools.command import find

CONTAINERS, KEPT = "containers", 4


def make_container(plan: ImagePlan, buildah: Buildah, kept: Path) -> Container:
    """A container in buildah's store, which may be empty; `kept` is the project's folder. Raises ToolFailed."""
    model = kept / CONTAINERS / _key(plan)
    if buildah.store.exists():
        return _new(plan, buildah)
    with suppress(OSError):
        shutil.copytree(model, buildah.store)
        os.utime(model)
    container = buildah.container()
    if container.root is None:  # none was kept, or it is damaged
        buildah.remove_store()
        shutil.rmtree(model, ignore_errors=True)
        container = _new(plan, buildah)
        with suppress(OSError):
            _keep(buildah, model)
    return container


def _new(plan: ImagePlan, buildah: Buildah) -> Container:
    container = buildah.from_scratch()
    buildah.config(container, plan)
    return container


def _keep(buildah: Buildah, model: Path) -> None:
    fresh = buildah.folder / "model"
    shutil.copytree(buildah.store, fresh)
    model.parent.mkdir(exist_ok=True)
    fresh.rename(model)
    for old in sorted(model.parent.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _key(plan: ImagePlan) -> str:
    """Everything that the store depends on: what is asked for, who we are, which buildah."""
    program = find("buildah")
    status = Path(program).stat() if program else None
    version = [program, status and status.st_size, status and status.st_mtime_ns]
    return hashlib.sha256(json.dumps([asdict(plan), os.geteuid(), version]).encode()).hexdigest()[:32]
