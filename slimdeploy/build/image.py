"""ImagePlan + RootFilesystem -> Image: an OCI layout with a layer for the program and one for all other files.

The same plan and files give the same digest, so a layout that is here already is used again without starting buildah.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from slimdeploy.artifacts.build import Base, Image, ImageFile, RootFile, RootFilesystem
from slimdeploy.artifacts.plan import ImagePlan
from slimdeploy.build.index import INDEXES
from slimdeploy.build.layers import join
from slimdeploy.build.layout import Layout, read_layout
from slimdeploy.build.packing import Packers, explain, pack_files, pack_program, whole
from slimdeploy.errors import DiskFull
from slimdeploy.state.newest import keep_newest
from slimdeploy.tools import shortage
from slimdeploy.tools.command import ToolFailed, find

KEPT = 5  # layers of files, and indexes
COPIES = 3  # of all files, at most: staged (not as root), in buildah's store, and compressed in the layout (0.4)


def assemble(plan: ImagePlan, rootfs: RootFilesystem, packers: Packers, base: Base | None = None) -> Image:
    """The image in a layout below `kept`. Raises ImageFailed, DiskFull."""
    folder = packers.kept / "images" / _key(asdict(plan), rootfs.files)
    layout = read_layout(folder)
    if layout is None:
        try:
            layout = _move_into_place(_build(plan, rootfs, packers, base), folder, packers.most)
        except ToolFailed as failure:
            raise explain(failure, packers.buildah, COPIES * rootfs.size) from None
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            full = shortage.disk("", packers.buildah.folder, needed=COPIES * rootfs.size)
            raise DiskFull(f"the image cannot be written: {error.strerror}", details=(full,)) from None
    else:
        os.utime(folder)
    return Image(
        layout=folder,
        digest=layout.digest,
        platform=plan.platform,
        files=tuple(ImageFile(file.target, file.size, file.why) for file in rootfs.files),
        size=rootfs.size + (base.size if base else 0),
        compressed_size=layout.compressed_size,
        base=base.pinned.exact if base else "",
    )


def keep_index(image: Image, kept: Path) -> Image:
    """An index that was made in the work folder, where images are kept."""
    folder = kept / INDEXES / image.digest.removeprefix("sha256:")[:32]
    folder.parent.mkdir(exist_ok=True)
    shutil.rmtree(folder, ignore_errors=True)
    image.layout.rename(folder)
    keep_newest(folder.parent, KEPT)
    return replace(image, layout=folder)


def _build(plan: ImagePlan, rootfs: RootFilesystem, packers: Packers, base: Base | None) -> Path:
    """The program as one layer; below it, if there are any, all other files as another one, which is kept; then the
    layers of a base.
    """
    (program, *files) = rootfs.files
    below = [whole(base.layout)] if base else []
    below += [_files_layer(plan.compression, files, packers)] if files else []
    fresh = pack_program(plan, program, packers)
    if below:
        join(below, fresh, plan.base)
    return fresh.folder


def _files_layer(compression: str, files: Sequence[RootFile], packers: Packers) -> Layout:
    folder = packers.kept / "layers" / _key(("files", compression), files)
    layout = read_layout(folder)
    if layout is None:
        return _move_into_place(pack_files(compression, files, packers).folder, folder, KEPT)
    os.utime(folder)
    return layout


def _move_into_place(fresh: Path, folder: Path, most: int) -> Layout:
    folder.parent.mkdir(parents=True, exist_ok=True)
    try:
        fresh.rename(folder)
    except OSError:  # somebody else built the same one meanwhile, or a broken one stands there
        if read_layout(folder) is None:
            shutil.rmtree(folder, ignore_errors=True)
            fresh.rename(folder)
    keep_newest(folder.parent, most)
    return whole(folder)


def _key(asked: object, files: Sequence[RootFile]) -> str:
    """Everything that the digest depends on: what is asked for, the files, and the programs that pack them."""
    packers = [(status.st_size, status.st_mtime_ns) for name in ("buildah", "skopeo") for status in _status(name)]
    listed = [(file.target, file.mode, file.sha256) for file in files]
    return hashlib.sha256(json.dumps([asked, listed, packers]).encode()).hexdigest()[:32]


def _status(program: str) -> tuple[os.stat_result, ...]:
    path = find(program)
    return (Path(path).stat(),) if path else ()
