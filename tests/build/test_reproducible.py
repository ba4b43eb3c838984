"""The same source gives the same digest; beside the matrix of test_bit_for_bit.py: settings, a commit, names."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from slimdeploy.workbench import Built
from tests.build import programs
from tests.build.conftest import Workshop, finish, start
from tests.unit.samples import config


def test_what_go_env_has_kept_does_not_matter(plain: Built, tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("CGO_ENABLED=1\nGOOS=darwin\nGOAMD64=v3\nGOFLAGS=-ldflags=-X=main.x=y\n")
    project = programs.write("plain", tmp_path / "project")
    assert finish(start(project, tmp_path / "cache", GOENV=str(kept)))["digest"] == plain.image.digest


def test_a_commit_changes_nothing(plain: Built, tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path / "project")
    settings = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one"]):
        subprocess.run(["git", "-C", str(project), *settings, *command], check=True)
    built = finish(start(project, tmp_path / "cache", GOFLAGS="-p=2", GOENV="off"))
    assert built["digest"] == plain.image.digest


def test_another_source_is_another_digest(shared: Workshop, plain: Built, tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path)
    main = project / "main.go"
    main.write_text(main.read_text().replace('"plain"', '"other"'))
    assert shared.build(project).image.digest != plain.image.digest


@pytest.mark.parametrize("package", [".", "./"])
def test_naming_the_only_program_changes_nothing(package: str, shared: Workshop, plain: Built, tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path)
    assert shared.build(project, config(build={"main": package})).image.digest == plain.image.digest
