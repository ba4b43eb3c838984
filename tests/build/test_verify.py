"""--verify: a build cache that is damaged, and a build that depends on chance; --build-timeout: a build without end."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from slimdeploy.config.reader import default_config
from slimdeploy.errors import CompileFailed, IntegrityError, UnreadableFile
from slimdeploy.events import Event, StepDone
from slimdeploy.facts.source import SETTLED
from slimdeploy.pipeline import build
from slimdeploy.plan.deploy import Overrides
from slimdeploy.tools import command
from slimdeploy.workbench import Building, Request
from tests.build import programs
from tests.build.conftest import go_cache
from tests.tools.processes import gone

TEXT = b"The damaged one says this backwards"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("GOCACHE", go_cache())
    return programs.write("plain", tmp_path / "project")


def verify(project: Path, *, timeout: float = 120.0, twice: bool = True) -> list[str]:
    """The steps of a build that is verified."""
    seen: list[Event] = []
    build(Request(project, default_config(), Overrides(), building=Building(timeout, twice)), seen.append)
    return [event.step for event in seen if isinstance(event, StepDone)]


def damage(cache: Path) -> int:
    """Another text in the compiled program; size and time stay, so neither go nor its linker notices."""
    damaged = [file for file in cache.rglob("*-d") if TEXT in file.read_bytes()]
    for file in damaged:
        before = file.stat()
        file.write_bytes(file.read_bytes().replace(TEXT, TEXT[::-1]))
        os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    return len(damaged)


def test_a_damaged_cache_is_found(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOCACHE", str(tmp_path / "gocache"))
    (project / "main.go").write_text(f'package main\n\nfunc main() {{ println("{TEXT.decode()}") }}\n')
    assert verify(project, twice=False) == ["compile", "image"]
    assert damage(tmp_path / "gocache")
    for each in (tmp_path / "cache/slimdeploy/projects").glob("*/binaries/*"):
        each.unlink()
    (project / "go.mod").touch()
    with pytest.raises(IntegrityError, match="go's build cache is damaged") as refused:
        verify(project)
    assert refused.value.hint.startswith("go clean -cache")
    assert len(set(refused.value.details)) == 2


FRONT = """#!/bin/sh
# the real go; but with everybody's build cache, and something of chance in what it builds
GOCACHE="{cache}" "{real}" "$@" || exit
for each; do case "$each" in -o=*) {after} ;; esac; done
"""


@pytest.fixture
def front(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A go that does something to what it has built."""
    folder = tmp_path / "front"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")
    return folder / "go"


def install(front: Path, after: str) -> None:
    real = command.require("go", "")
    front.write_text(FRONT.format(cache=go_cache(), real=real, after=after))
    front.chmod(0o755)
    command.find.cache_clear()


def test_what_depends_on_chance_is_refused(project: Path, front: Path) -> None:
    install(front, 'date +%s%N >>"${each#-o=}"')
    try:
        with pytest.raises(IntegrityError, match="each build gives another binary") as refused:
            verify(project)
    finally:
        command.find.cache_clear()
    assert len({line.split()[-1] for line in refused.value.details}) == 3


def test_what_was_verified_is_not_verified_again(project: Path, front: Path) -> None:
    install(front, ":")
    try:
        time.sleep(2 * SETTLED)
        assert verify(project, twice=False) == ["compile", "image"]
        assert verify(project) == ["compile", "verify", "image"]
        assert verify(project) == ["build"]
        assert verify(project, twice=False) == ["build"]
    finally:
        command.find.cache_clear()


def test_a_build_without_end_is_ended(project: Path) -> None:
    os.mkfifo(project / "pipe.go")
    started = time.monotonic()
    with pytest.raises(CompileFailed, match="go did not end within 1 s, and was ended") as refused:
        verify(project, timeout=1.0)
    assert time.monotonic() - started < 60, "nobody writes to the pipe"
    assert "named pipe" in refused.value.hint
    assert gone(str(project))


def test_pipes_where_files_are_wanted(project: Path) -> None:
    os.mkfifo(project / "page.txt")
    (project / "main.go").write_text(
        'package main\n\nimport _ "embed"\n\n//go:embed page.txt\nvar page string\n\nfunc main() { println(page) }\n'
    )
    with pytest.raises(CompileFailed, match=r"go:embed takes regular files only, and page\.txt is none"):
        verify(project)
    (project / "go.mod").unlink()
    os.mkfifo(project / "go.mod")
    with pytest.raises(UnreadableFile, match=r"go\.mod is no regular file"):
        verify(project)
