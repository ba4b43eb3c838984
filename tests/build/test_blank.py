"""A container is made once and copied afterwards: the same image, and buildah is started once for it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from slimdeploy.tools import command
from tests.build import programs
from tests.build.conftest import Workshop, variables
from tests.unit.samples import config
from tests.waiting import settle

OTHER = 'package main\n\nfunc main() { println("other") }\n'
THIRD = 'package main\n\nfunc main() { println("third") }\n'


@pytest.fixture
def project(workshop: Workshop, tmp_path: Path) -> Path:
    """One that was built once."""
    made = programs.write("plain", tmp_path / "project")
    workshop.build(made)
    return made


@pytest.fixture
def build(project: Path, workshop: Workshop, tmp_path: Path) -> Callable[[str], tuple[str, list[str]]]:
    """Builds this text: the digest, and the verbs that buildah was asked."""
    log, front = tmp_path / "log", tmp_path / "front/buildah"
    front.parent.mkdir()
    front.write_text(f'#!/bin/sh\necho "$7" >>{log}\nexec {command.require("buildah", "")} "$@"\n')
    front.chmod(0o755)

    def run(text: str) -> tuple[str, list[str]]:
        (project / "main.go").write_text(text)
        log.unlink(missing_ok=True)
        settle(project, front.parent)
        done = subprocess.run(
            [sys.executable, "-m", "slimdeploy", "build", "-o", "json", "-C", str(project)],
            env=os.environ | variables(workshop.cache) | {"PATH": f"{front.parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["digest"], log.read_text().splitlines()

    return run


def test_a_copy_gives_the_same_image(
    build: Callable[[str], tuple[str, list[str]]], project: Path, tmp_path: Path
) -> None:
    assert build(OTHER)[1] == ["from", "config", "commit"], "another buildah is another model"
    digest, asked = build(THIRD)
    assert asked == ["commit"]
    assert digest == Workshop(tmp_path / "elsewhere").build(project).image.digest


def test_one_that_is_not_empty_is_made_anew(
    build: Callable[[str], tuple[str, list[str]]], workshop: Workshop, project: Path, tmp_path: Path
) -> None:
    """What lies in it would be in each image."""
    build(OTHER)
    for place in (workshop.cache / "slimdeploy/projects").glob("*/containers/*/vfs/dir/*"):
        place.chmod(0o755)  # an ordinary user's own, and read-only
        (place / "stranger").write_text("")
    digest, asked = build(THIRD)
    assert asked == ["from", "config", "commit"]
    assert digest == Workshop(tmp_path / "elsewhere").build(project).image.digest


@pytest.mark.parametrize(
    "damage", ["vfs-containers/*containers.json", "vfs-layers/layers.json", "*/*/userdata/buildah.json"]
)
def test_a_damaged_one_is_made_anew(
    build: Callable[[str], tuple[str, list[str]]], workshop: Workshop, project: Path, tmp_path: Path, damage: str
) -> None:
    workshop.build(project, config(image={"user": 1001}))  # another image has another one
    kept = list((workshop.cache / "slimdeploy/projects").glob(f"*/containers/*/{damage}"))
    assert len(kept) == 2
    build(OTHER)
    for file in (workshop.cache / "slimdeploy/projects").glob(f"*/containers/*/{damage}"):
        file.write_bytes(file.read_bytes()[:-3])
    digest, asked = build(THIRD)
    assert asked == ["from", "config", "commit"]
    assert digest == Workshop(tmp_path / "elsewhere").build(project).image.digest
    assert build(OTHER.replace("other", "fourth"))[1] == ["commit"]
