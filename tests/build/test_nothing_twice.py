"""Unchanged sources start nothing; changed ones start only what has to be done again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slimdeploy.facts.source import SETTLED
from slimdeploy.tools import command
from tests.build import programs
from tests.build.conftest import Workshop


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], set[str]]]:
    """A recorder stands in front of go and buildah: a function that says which did work since it was last asked.

    buildah works when it commits: an empty container is made while go compiles, whether it will be needed or not.
    """
    log, front = tmp_path / "log", tmp_path / "front"
    front.mkdir()
    for tool, work in (("go", "*"), ("buildah", '*" commit "*')):
        real = command.require(tool, "")
        noted = f'case " $* " in {work}) echo {tool} >>"{log}";; esac'
        (front / tool).write_text(f'#!/bin/sh\n{noted}\nexec "{real}" "$@"\n')
        (front / tool).chmod(0o755)

    def since() -> set[str]:
        lines = log.read_text().split() if log.exists() else []
        log.unlink(missing_ok=True)
        return set(lines)

    monkeypatch.setenv("PATH", str(front), prepend=":")
    command.find.cache_clear()
    yield since
    command.find.cache_clear()


def test_only_what_has_changed_is_done(started: Callable[[], set[str]], workshop: Workshop, tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path / "project")
    time.sleep(2 * SETTLED)
    first = workshop.build(project).image
    assert started() == {"go", "buildah"}
    assert workshop.build(project).image == first
    assert started() == set()
    (project / "main.go").touch()
    assert workshop.build(project).image == first
    assert started() == {"go"}
    (project / "main.go").write_text('package main\n\nfunc main() { println("other") }\n')
    assert workshop.build(project).image.digest != first.digest
    assert started() == {"go", "buildah"}


def test_going_back_needs_no_buildah(started: Callable[[], set[str]], workshop: Workshop, tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path / "project")
    source = (project / "main.go").read_text()
    first = workshop.build(project).image
    (project / "main.go").write_text(source.replace("plain", "other"))
    workshop.build(project)
    started()
    (project / "main.go").write_text(source)
    assert workshop.build(project).image == first
    assert started() == {"go"}
