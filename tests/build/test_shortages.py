"""What buildah lacks: itself, a newer self, room for its store, temporary folders. Each is said, and leaves nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import RootFile, RootFilesystem
from slimdeploy.artifacts.plan import ImagePlan
from slimdeploy.build.image import assemble
from slimdeploy.build.packing import Packers
from slimdeploy.errors import DiskFull, ToolMissing
from slimdeploy.tools import command
from slimdeploy.tools.buildah import Buildah
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.workbench import Built
from tests.build import programs
from tests.build.conftest import binary_of, finish, variables
from tests.tools.somebody import needs_root

OLD = """#!/bin/sh
# buildah 1.19 has no --omit-history
for each; do case "$each" in --omit-history) echo "Error: unknown flag: $each" >&2; exit 125 ;; esac; done
exec "{real}" "$@"
"""


def make(image: Built, work: Path, kept: Path) -> str:
    binary = binary_of(image.image)
    size = binary.stat().st_size
    files = RootFilesystem((RootFile("/plain", binary, 0o555, size, "of-this-test", "the program"),))
    plan = ImagePlan(image.image.platform, "/plain", 65532)
    return assemble(plan, files, Packers(Buildah(work), Skopeo(), kept)).digest


@contextmanager
def file_system(folder: Path, megabytes: float) -> Iterator[Path]:
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes * 1e6:.0f}", "tmpfs", folder], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", folder], check=True)


@needs_root
@pytest.mark.parametrize("megabytes", [0.5, 1.5], ids=["in the store", "in the layout"])
def test_room_that_runs_out_is_named(megabytes: float, plain: Built, tmp_path: Path) -> None:
    with file_system(tmp_path / "small", megabytes) as small:
        with pytest.raises(DiskFull) as refused:
            make(plain, small, tmp_path / "kept")
        assert refused.value.details[0].startswith(f"{small} is full: ")
        assert refused.value.details[0].endswith(" are needed")
    assert not (tmp_path / "kept/images").exists()
    work = tmp_path / "work"
    work.mkdir()
    assert make(plain, work, tmp_path / "kept") == plain.image.digest


ANSWERS = '#!/bin/sh\necho "buildah version 1.19.0 (image-spec 1.0.1-dev, runtime-spec 1.0.2-dev)"\n'
FAILS = ANSWERS + 'case "$*" in *--version*) ;; *) exit 125 ;; esac\n'


@pytest.mark.parametrize("user", ["root", "nobody"])
@pytest.mark.parametrize("script", [ANSWERS, FAILS], ids=["answers", "fails"])
def test_an_old_buildah_is_asked_for_its_version_before_anything_else_is_blamed(
    script: str, user: str, plain: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.geteuid", lambda: 0 if user == "root" else 65534)  # who it is decides what buildah is asked
    old = pytest.raises(ToolMissing, match=r"buildah 1\.19\.0 is too old")
    with buildah_is(script, tmp_path, monkeypatch), old as refused:
        make(plain, tmp_path, tmp_path / "kept")
    assert refused.value.hint == "install buildah 1.28 or newer (package buildah)"


@contextmanager
def buildah_is(script: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another program under its name."""
    old = folder / "old/buildah"
    old.parent.mkdir()
    old.write_text(script)
    old.chmod(0o755)
    monkeypatch.setenv("PATH", str(old.parent), prepend=":")
    command.find.cache_clear()
    try:
        yield
    finally:
        command.find.cache_clear()


def test_a_buildah_that_is_too_old(plain: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = OLD.format(real=command.require("buildah", ""))
    said = "this buildah is too old: Error: unknown flag: --omit-history"
    with buildah_is(script, tmp_path, monkeypatch), pytest.raises(ToolMissing, match=said) as refused:
        make(plain, tmp_path, tmp_path / "kept")
    assert refused.value.hint == "install buildah 1.28 or newer (package buildah)"


def test_no_buildah_at_all(plain: Built, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    command.find.cache_clear()
    try:
        with pytest.raises(ToolMissing, match="buildah is not installed"):
            make(plain, tmp_path, tmp_path / "kept")
    finally:
        command.find.cache_clear()


@needs_root
def test_no_temporary_folder_of_the_machine_is_used(plain: Built, tmp_path: Path) -> None:
    """buildah leaves folders in /var/tmp when it is killed: it must not even be asked."""
    project = programs.write("plain", tmp_path / "project")
    build = f"exec {sys.executable} -m slimdeploy build -o json -C {project}"
    process = subprocess.Popen(
        [
            "unshare",
            "--mount",
            "--propagation",
            "private",
            "sh",
            "-ec",
            f"mount -t tmpfs -o ro tmpfs /var/tmp; {build}",
        ],
        env=os.environ | variables(tmp_path / "cache") | {"TMPDIR": "/var/tmp"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert finish(process)["digest"] == plain.image.digest
