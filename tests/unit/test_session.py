"""Whether go may begin before the command line is read: only where that can change nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest

from slimdeploy.cli.session import BUILDING, _project
from slimdeploy.cli.verbs import VERBS, app

HERE = Path.cwd()


def test_the_verbs_that_build() -> None:
    """`plan` has the same flags and builds nothing."""
    commands = {name: app.get_command(click.Context(app), name) for name in VERBS}
    building = {name for name, found in commands.items() if found and "pull" in {each.name for each in found.params}}
    assert building - {"plan"} == BUILDING


@pytest.mark.parametrize(
    ("arguments", "project"),
    [
        (["build"], HERE),
        (["up", "-v", "--timeout", "5m"], HERE),
        (["push", "-C", "/x"], Path("/x")),
        (["push", "--directory", "/x", "-C", "/y"], Path("/y")),
        ([], None),
        (["--help"], None),
        (["status"], None),
        (["-v", "build"], None),
        (["push", "-C/x"], None),
        (["push", "--directory=/x"], None),
        (["push", "--lock-wait", "5m"], None),
        (["push", "--build-timeout=5m"], None),
        (["push", "-h"], None),
    ],
)
def test_the_project_as_the_arguments_say(arguments: list[str], project: Path | None) -> None:
    assert _project(arguments) == project


@pytest.mark.parametrize("name", ["DIRECTORY", "LOCK_WAIT", "BUILD_TIMEOUT"])
def test_a_variable_says_it_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"SLIMDEPLOY_{name}", "1m")
    assert _project(["push"]) is None


def test_what_is_imported_before_go_begins() -> None:
    """Each of these takes longer than looking at the sources."""
    heavy = ("click", "sh", "asyncio", "pydantic", "rich", "slimdeploy.config.model", "slimdeploy.artifacts.plan")
    asked = f"import sys, slimdeploy.facts.head_start, slimdeploy.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.strip() == "[]"
