"""build.stamp: the program says which commit it is of; the same commit gives the same bytes."""

from __future__ import annotations

import subprocess
import time
from pathlib import Path

import pytest

from slimdeploy.errors import UnreadableFile
from slimdeploy.events import Event, StepDone
from slimdeploy.facts.source import SETTLED
from tests.build import programs
from tests.build.conftest import Workshop, binary_of
from tests.tools.test_git import git
from tests.unit.samples import config

MAIN = """package main

var version, commit, date = "-", "-", "-"

func main() { print(version, " ", commit, " ", date) }
"""
STAMPED = config(build={"stamp": {f"main.{word}": f"{{{word}}}" for word in ("version", "commit", "date")}})


def test_each_commit_and_tag_is_another_image(workshop: Workshop, tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path / "project")
    (project / "main.go").write_text(MAIN)
    for command in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "one", "--date=2001-01-01T00:00:00+05:00"]):
        git(project, *command)
    commit, time_of = git(project, "log", "-1", "--format=%H", "HEAD"), git(project, "log", "-1", "--format=%ct")
    date = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(time_of)))
    time.sleep(2 * SETTLED)
    first = workshop.build(project, STAMPED).image
    assert said(workshop, project) == f"{commit[:7]} {commit} {date}"
    seen: list[Event] = []
    assert workshop.build(project, STAMPED, seen).image == first
    assert [event.step for event in seen if isinstance(event, StepDone)] == ["build"]  # unchanged
    git(project, "tag", "v1.2.3")
    assert workshop.build(project, STAMPED).image.digest != first.digest
    (project / "go.mod").write_text((project / "go.mod").read_text() + "// changed\n")
    assert said(workshop, project) == f"v1.2.3-dirty {commit}-dirty {date}"
    git(project, "checkout", "-q", "go.mod")
    git(project, "tag", "-d", "v1.2.3")
    assert workshop.build(project, STAMPED).image == first


def said(workshop: Workshop, project: Path) -> str:
    program = binary_of(workshop.build(project, STAMPED).image)
    return subprocess.run([program], capture_output=True, text=True, check=True).stderr


def test_without_a_commit_it_is_refused(workshop: Workshop, tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path / "project")
    with pytest.raises(UnreadableFile, match="git knows no commit of") as refused:
        workshop.build(project, STAMPED)
    assert "not a git repository" in refused.value.details[0]
    git(project, "init", "-q")
    with pytest.raises(UnreadableFile) as refused:
        workshop.build(project, STAMPED)
    assert refused.value.hint == "commit what is to be built"
    literal = config(build={"stamp": {"main.version": "1.0"}})
    assert workshop.build(project, literal).image.size > 0
