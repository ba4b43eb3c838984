"""ImagePlan + RootFilesystem -> Image: an OCI layout, assembled by buildah from scratch.

The tree is staged with fixed modes first, since buildah keeps the modes that another umask would have given. The same
plan and files give the same digest, so a layout that is here already is used again without starting buildah.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path

from slimdeploy.artifacts.build import Image, RootFilesystem
from slimdeploy.artifacts.plan import ImagePlan
from slimdeploy.build.layout import Layout, read_layout
from slimdeploy.errors import DiskFull, ImageFailed, SlimdeployError
from slimdeploy.tools.buildah import Buildah
from slimdeploy.tools.command import ToolFailed, find

KEPT = 5


def assemble(plan: ImagePlan, rootfs: RootFilesystem, buildah: Buildah, images: Path) -> Image:
    """The image in a layout below `images`. Raises ImageFailed, DiskFull."""
    folder = images / _key(plan, rootfs)
    layout = read_layout(folder)
    if layout is None:
        layout = _build(plan, rootfs, buildah, folder)
        _drop_old(images)
    else:
        os.utime(folder)
    return Image(
        layout=folder,
        digest=layout.digest,
        platform=plan.platform,
        files=tuple((file.target, file.size) for file in rootfs.files),
        size=rootfs.size,
        compressed_size=layout.compressed_size,
    )


def stage(rootfs: RootFilesystem, tree: Path) -> None:
    """Copy the files below `tree`, with the modes of the plan: 0755 for folders, whatever the umask is."""
    tree.mkdir()
    tree.chmod(0o755)
    for file in rootfs.files:
        target = tree / file.target.lstrip("/")
        for folder in reversed(target.relative_to(tree).parents[:-1]):
            (tree / folder).mkdir(exist_ok=True)
            (tree / folder).chmod(0o755)
        shutil.copyfile(file.source, target)
        target.chmod(file.mode)


def _build(plan: ImagePlan, rootfs: RootFilesystem, buildah: Buildah, folder: Path) -> Layout:
    tree, fresh = buildah.folder / "tree", buildah.folder / "layout"
    try:
        stage(rootfs, tree)
        container = buildah.from_scratch()
        buildah.config(container, plan)
        buildah.copy(container, tree)
        buildah.commit(container, fresh)
    except ToolFailed as failure:
        raise _explain(failure) from None
    layout = read_layout(fresh)
    if layout is None:
        raise ImageFailed("buildah wrote no complete OCI layout", hint="run again with -v and report this")
    _verify(layout, plan, rootfs)
    _move_into_place(fresh, folder)
    return layout


def _verify(layout: Layout, plan: ImagePlan, rootfs: RootFilesystem) -> None:
    """What was committed must be what was asked for, before anything leaves this machine."""
    config = layout.config.get("config", {})
    wanted = {"User": f"{plan.user}:{plan.user}", "Entrypoint": [plan.entrypoint]}
    wrong = [
        f"{key}: wanted {value}, got {config.get(key)}" for key, value in wanted.items() if config.get(key) != value
    ]
    files = sorted((file.target, file.size) for file in rootfs.files)
    if sorted(layout.files()) != files:
        wrong.append(f"files: wanted {files}, got {sorted(layout.files())}")
    if wrong:
        raise ImageFailed("buildah committed another image than was asked for", details=wrong)


def _move_into_place(fresh: Path, folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        fresh.rename(folder)
    except OSError:  # somebody else built the same one meanwhile, or a broken one stands there
        if read_layout(folder) is None:
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)


def _drop_old(images: Path) -> None:
    layouts = sorted(images.iterdir(), key=lambda folder: folder.stat().st_mtime, reverse=True)
    for folder in layouts[KEPT:]:
        shutil.rmtree(folder, ignore_errors=True)


def _key(plan: ImagePlan, rootfs: RootFilesystem) -> str:
    """Everything that the digest depends on: the plan, the files, and which buildah packs them."""
    buildah = find("buildah")
    status = Path(buildah).stat() if buildah else None
    packer = (status.st_size, status.st_mtime_ns) if status else ()
    files = [(file.target, file.mode, file.sha256) for file in rootfs.files]
    return hashlib.sha256(json.dumps([asdict(plan), files, packer]).encode()).hexdigest()[:32]


def _explain(failure: ToolFailed) -> SlimdeployError:
    if "no space left on device" in failure.text:
        return DiskFull("buildah: no space left on the device", details=failure.details)
    return ImageFailed("buildah could not assemble the image", details=failure.details)
