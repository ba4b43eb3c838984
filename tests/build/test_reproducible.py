"""Bit for bit: the same source gives the same digest, wherever, whenever and whoever builds it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from slimdeploy.workbench import Built
from tests.build import programs
from tests.build.conftest import ASSEMBLE, Workshop, binary_of, finish, start
from tests.tools import somebody
from tests.unit.samples import config

HOSTILE = {
    "CGO_ENABLED": "1",
    "GOOS": "darwin",
    "GOARCH": "arm64",
    "GOAMD64": "v3",
    "GOEXPERIMENT": "noswissmap",
    "GODEBUG": "madvdontneed=1",
    "GOFLAGS": "-trimpath=false -ldflags=-X=main.x=y -tags=other",
    "CC": "/bin/false",
    "CGO_LDFLAGS": "-L/elsewhere",
    "SOURCE_DATE_EPOCH": "1700000000",
    "BUILDAH_FORMAT": "docker",
    "BUILDAH_ISOLATION": "chroot",
}
ELSEWHERE = {"TZ": "Pacific/Kiritimati", "LANG": "tr_TR.UTF-8", "GOMAXPROCS": "1"}
CASES = {
    "another folder, zone, language and number of CPUs": (0o022, ELSEWHERE),
    "umask 077": (0o077, {}),
    "umask 000": (0o000, {}),
    "a hostile environment": (0o022, HOSTILE),
}


@pytest.mark.parametrize("case", CASES)
def test_the_digest_is_the_same(case: str, hello: Built, tmp_path: Path) -> None:
    umask, exported = CASES[case]
    project = programs.write("hello", tmp_path / "a folder" / "of another name")
    for file in project.iterdir():
        os.utime(file, (2_000_000_000, 2_000_000_000))
        file.chmod(0o600)
    built = finish(start(project, tmp_path / "cache", umask, **exported))
    assert built["digest"] == hello.image.digest


def test_what_go_env_has_kept_does_not_matter(plain: Built, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("CGO_ENABLED=1\nGOOS=darwin\nGOAMD64=v3\nGOFLAGS=-ldflags=-X=main.x=y\n")
    project = programs.write("plain", tmp_path / "project")
    assert finish(start(project, tmp_path / "cache", GOENV=str(kept)))["digest"] == plain.image.digest


def test_another_source_is_another_digest(shared: Workshop, plain: Built, tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path)
    main = project / "main.go"
    main.write_text(main.read_text().replace('"plain"', '"other"'))
    assert shared.build(project).image.digest != plain.image.digest


@pytest.mark.parametrize("package", [".", "./"])
def test_naming_the_only_program_changes_nothing(package: str, shared: Workshop, plain: Built, tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path)
    assert shared.build(project, config(build={"main": package})).image.digest == plain.image.digest


@somebody.needs_root
def test_an_ordinary_user_gets_the_same_digest(plain: Built) -> None:
    python = somebody.interpreter(somebody.NOBODY)
    with somebody.importable("slimdeploy", "sh", "elftools", "filelock", "platformdirs") as folder:
        program = shutil.copy(binary_of(plain.image), folder / "plain")
        arguments = [program, plain.image.platform.architecture, folder / "images"]
        done = subprocess.run(
            [*somebody.NOBODY, python, "-c", ASSEMBLE, *arguments],
            env=somebody.variables(folder),
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout.strip() == plain.image.digest, done.stderr
