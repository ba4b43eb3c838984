"""Files -> one layer in an OCI layout, packed by buildah and read back.

The tree is staged with fixed modes first, since buildah keeps the modes that another umask would have given.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from slimdeploy.artifacts.build import RootFile
from slimdeploy.artifacts.plan import ImagePlan
from slimdeploy.build.blank import Blank, make_blank
from slimdeploy.build.layout import Layout, read_layout
from slimdeploy.errors import DiskFull, ImageFailed, SlimdeployError, ToolMissing
from slimdeploy.records import frozen
from slimdeploy.tools import shortage
from slimdeploy.tools.buildah import HINT, Buildah, Container
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.skopeo import Skopeo

SET = ("User", "Entrypoint", "WorkingDir", "Labels")
UNSET = {"WorkingDir": "/"}
"""As good as absent: buildah 1.39 writes it down, 1.28 does not."""


@frozen
class Packers:
    """The programs that pack layers, and where what they made is kept."""

    buildah: Buildah
    skopeo: Skopeo
    kept: Path
    most: int = 5
    """How many images are kept."""
    waiting: Blank | None = None
    """A container that was made for the program while go compiled."""


def pack_program(plan: ImagePlan, program: RootFile, packers: Packers) -> Layout:
    """The program's layer, with the image's config."""
    blank = packers.waiting or make_blank(plan, packers.buildah, packers.kept)
    fill(blank.container, [program], packers.buildah, plan.workdir)
    fresh = _commit(blank.container, packers.buildah)
    verify(fresh, _wanted(plan), None if blank.is_copy else [program])
    blank.keep()
    return _compressed(fresh, plan.compression, packers.skopeo)


def pack_files(compression: str, files: Sequence[RootFile], packers: Packers) -> Layout:
    """The layer of everything else."""
    container = packers.buildah.from_scratch()
    fill(container, files, packers.buildah)
    fresh = _commit(container, packers.buildah)
    verify(fresh, {}, files)
    return _compressed(fresh, compression, packers.skopeo)


def fill(container: Container, files: Sequence[RootFile], buildah: Buildah, workdir: str = "/") -> None:
    """Put the files into the container: straight away, or by `buildah copy` where only buildah may."""
    if container.root is None:
        tree = buildah.folder / f"{container.name}.tree"
        stage(files, tree, workdir)
        buildah.copy(container, tree)
        return
    mode = container.root.stat().st_mode
    container.root.chmod(0o755)  # an ordinary user's own, and read-only
    stage(files, container.root, workdir)
    container.root.chmod(mode)


def stage(files: Sequence[RootFile], tree: Path, workdir: str = "/") -> None:
    """Copy the files below `tree`, with the modes of the plan: 0755 for folders, whatever the umask is."""
    for folder in ("/", workdir):
        _make_folder(tree, folder)
    for file in files:
        _make_folder(tree, str(Path(file.target).parent))
        target = tree / file.target.lstrip("/")
        shutil.copyfile(file.source, target)
        target.chmod(file.mode)


def _make_folder(tree: Path, folder: str) -> None:
    place = tree
    for part in ("", *folder.strip("/").split("/")):
        place /= part
        if not place.is_dir():
            place.mkdir()
            place.chmod(0o755)


def verify(layout: Layout, wanted: Mapping[str, object], files: Sequence[RootFile] | None) -> None:
    """What was committed must be what was asked for, before anything leaves this machine.

    Without `files` the layer is not unpacked (26 ms for hello, 0.4 s for 100 MB): of such a container this buildah made
    what it was given, and nothing else.
    """
    got, wanted = UNSET | layout.config.get("config", {}), UNSET | dict(wanted)
    wrong = [f"{key}: wanted {wanted.get(key)}, got {got.get(key)}" for key in SET if wanted.get(key) != got.get(key)]
    if files is not None:
        listed, found = {(file.target, file.size) for file in files}, set(layout.files())
        if listed != found:
            wrong.append(f"files: missing {sorted(listed - found)}, not asked for {sorted(found - listed)}")
    if wrong:
        raise ImageFailed("buildah committed another image than was asked for", details=wrong)


def whole(folder: Path) -> Layout:
    """The layout that was written here. Raises ImageFailed when it is not complete."""
    layout = read_layout(folder)
    if layout is None:
        raise ImageFailed("no complete OCI layout was written", hint="run again with -v and report this")
    return layout


def _wanted(plan: ImagePlan) -> dict[str, object]:
    wanted: dict[str, object] = {"User": f"{plan.user}:{plan.user}", "Entrypoint": [plan.entrypoint]}
    wanted |= {"WorkingDir": plan.workdir} if plan.workdir != "/" else {}
    return wanted | ({"Labels": dict(plan.labels)} if plan.labels else {})


def _commit(container: Container, buildah: Buildah) -> Layout:
    layout = buildah.folder / f"{container.name}.layout"
    buildah.commit(container, layout)
    written = read_layout(layout)
    if written is None:
        buildah.check_version()
    return written or whole(layout)


def _compressed(layout: Layout, form: str, skopeo: Skopeo) -> Layout:
    if form == "gzip":
        return layout
    again = layout.folder.with_suffix(f".{form}")
    skopeo.compress(layout.folder, again, form)
    return whole(again)


def explain(failure: ToolFailed, buildah: Buildah, needed: int = 0) -> SlimdeployError:
    """Why a packer failed; `needed` is the bytes that it wants to write."""
    if "no space left on device" in failure.text:
        full = shortage.disk(failure.text, buildah.folder, needed=needed)
        return DiskFull("buildah: no space left on the device", details=(full, *failure.details))
    if "unknown flag" in failure.text:
        return ToolMissing(f"this {failure.tool} is too old: {failure.output[0]}", hint=HINT)
    buildah.check_version()
    return ImageFailed("buildah could not assemble the image", details=failure.details)
