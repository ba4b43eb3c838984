"""go that begins before slim.toml is read: the same images, and nothing left when slim.toml wants something else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from slimdeploy.errors import CompileFailed, ConfigError, PolicyRefused
from slimdeploy.facts.head_start import HeadStart, begin
from slimdeploy.facts.source import SETTLED
from slimdeploy.state.memory import Memory
from slimdeploy.tools import command, running
from tests.build import programs
from tests.build.conftest import Workshop, variables
from tests.unit.samples import config
from tests.waiting import comes_true, settle

OTHER = 'package main\n\nfunc main() { println("other") }\n'
BROKEN = "package main\n\nfunc main() { nothing() }\n"


@pytest.fixture
def project(workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that was built once, so that a next run knows what go will be asked."""
    made = programs.write("plain", tmp_path / "project")
    time.sleep(2 * SETTLED)
    workshop.build(made)
    for name, value in variables(workshop.cache).items():
        monkeypatch.setenv(name, value)
    return made


def slimdeploy(
    project: Path, *arguments: str, path: Path | None = None, goflags: str = ""
) -> subprocess.CompletedProcess[str]:
    settle(project)
    return subprocess.run(
        [sys.executable, "-m", "slimdeploy", *arguments, "-C", str(project)],
        env=os.environ | {"GOFLAGS": goflags} | ({"PATH": f"{path}:{os.environ['PATH']}"} if path else {}),
        capture_output=True,
        text=True,
        check=False,
    )


def begun(head: HeadStart) -> set[str]:
    """What go was asked without anybody waiting for it."""
    return {json.loads(key)[0][0] for key in head.go._begun}


def test_go_begins_for_new_sources_only(project: Path) -> None:
    with closing(begin(project)) as head:
        assert (begun(head), head.memory.knows_sources()) == (set(), True)
    (project / "main.go").write_text(OTHER)
    with closing(begin(project)) as head:
        assert begun(head) == {"build"}
        work = head.work
    assert not work.exists()


def test_what_is_imported_is_asked_again_when_it_may_have_changed(project: Path) -> None:
    """A package that is nothing without its C code comes in by an edit: the gate sees it, though go had been asked."""
    (project / "main.go").write_text(OTHER)
    assert slimdeploy(project, "build").returncode == 0
    (project / "native").mkdir()
    (project / "native/native.go").write_text(programs.NATIVE)
    (project / "native/stub.go").write_text("//go:build !cgo\n\npackage native\n\nfunc One() int { return 0 }\n")
    with_c = OTHER.replace("main\n", 'main\n\nimport "example.com/team/plain/native"\n', 1)
    (project / "main.go").write_text(with_c.replace('"other"', "native.One()"))
    with closing(begin(project)) as head:
        assert begun(head) == {"build", "list"}
    done = slimdeploy(project, "build")
    assert (done.returncode, "plain/native is linked in without its C code" in done.stderr) == (0, True), done.stderr
    (project / "main.go").write_text(with_c.replace('"other"', "native.One() + 1"))
    done = slimdeploy(project, "build")
    assert (done.returncode, "plain/native is linked in without its C code" in done.stderr) == (0, True), done.stderr


def test_what_was_edited_meanwhile_is_not_taken_for_what_was_there(project: Path) -> None:
    """go is asked of other imports than we have looked at; put back, they are not those of the answer."""
    (project / "more.go").write_text("package main\n")
    time.sleep(2 * SETTLED)
    with closing(begin(project)) as head:
        head.go.answers["go list"] = "what it said after the edit"
        (project / "more.go").write_text('package main\n\nimport _ "os"\n')
        head.keep()
    (project / "more.go").write_text("package main\n")
    with closing(begin(project)) as head:
        assert head.go.known("go list") is None
    time.sleep(2 * SETTLED)
    with closing(begin(project)) as head:
        head.go.answers["go list"] = "what it said"
        head.keep()
    with closing(begin(project)) as head:
        assert head.go.known("go list") == "what it said", "or this test proves nothing"


def test_an_answer_with_gaps_is_not_kept(project: Path) -> None:
    """What is missing may be there the next time, with the same sources."""
    (project / "main.go").write_text(OTHER.replace("main\n", 'main\n\nimport _ "example.com/not/there"\n', 1))
    assert slimdeploy(project, "build").returncode == CompileFailed.code
    with closing(begin(project)) as head:
        assert begun(head) == {"build", "list"}


def test_who_asks_the_same_gets_what_was_begun(project: Path, tmp_path: Path) -> None:
    """One `go build` in all, and it is the one that slim.toml was not waited for."""
    log, front = tmp_path / "log", tmp_path / "front/go"
    front.parent.mkdir()
    front.write_text(f'#!/bin/sh\necho "$*" >>{log}\nexec {command.require("go", "")} "$@"\n')
    front.chmod(0o755)
    (project / "main.go").write_text(OTHER)
    done = slimdeploy(project, "build", "-o", "json", path=front.parent)
    assert done.returncode == 0, done.stderr
    builds = [line for line in log.read_text().splitlines() if line.startswith("build ")]
    assert ["/ahead-0 " in line for line in builds] == [True]
    elsewhere = Workshop(tmp_path / "elsewhere")  # without any head start
    assert json.loads(done.stdout)["digest"] == elsewhere.build(project).image.digest


def test_what_slim_toml_wants_otherwise_is_built_so(project: Path, tmp_path: Path) -> None:
    (project / "slim.toml").write_text('static.ldflags = ["-s"]\n')
    done = slimdeploy(project, "build", "-o", "json")
    assert done.returncode == 0, done.stderr
    elsewhere = Workshop(tmp_path / "elsewhere").build(project, config(static={"ldflags": ["-s"]}))
    assert json.loads(done.stdout)["digest"] == elsewhere.image.digest


def test_what_go_says_is_said_once(project: Path) -> None:
    (project / "main.go").write_text(BROKEN)
    done = slimdeploy(project, "build")
    assert (done.returncode, done.stderr.count("undefined: nothing")) == (CompileFailed.code, 1)


def test_a_wrong_slim_toml_ends_what_was_begun(project: Path, workshop: Workshop) -> None:
    (project / "main.go").write_text(OTHER)
    (project / "slim.toml").write_text("nonsense = 1\n")
    done = slimdeploy(project, "build")
    assert (done.returncode, "nonsense" in done.stderr) == (ConfigError.code, True)
    assert [each.name for each in (workshop.cache / "slimdeploy/work").iterdir() if each.is_dir()] == []


def test_what_nobody_asks_for_is_ended(project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    front = tmp_path / "front/go"
    front.parent.mkdir()
    front.write_text("#!/bin/sh\nexec sleep 300\n")
    front.chmod(0o755)
    monkeypatch.setenv("PATH", str(front.parent), prepend=":")
    command.find.cache_clear()
    try:
        head = begin(project)
    finally:
        command.find.cache_clear()
    assert comes_true(lambda: running._running)
    pids = [each.pid for each, _ in running._running.values()]
    head.close()
    assert pids
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_what_is_kept_of_calls_may_be_damaged(project: Path, workshop: Workshop) -> None:
    memory = next((workshop.cache / "slimdeploy/projects").glob("*/memory.json"))
    memory.write_text(json.dumps(json.loads(memory.read_text()) | {"calls": [["build"], 3]}))
    assert Memory(memory, None).calls() == []
    (project / "main.go").write_text(OTHER)
    assert slimdeploy(project, "build").returncode == 0


def test_what_may_not_run_does_not_begin_either(project: Path, tmp_path: Path) -> None:
    """GOFLAGS of now, not of when go was asked last: it would run a program that nobody has looked at."""
    ran, program = tmp_path / "ran", tmp_path / "program"
    program.write_text(f'#!/bin/sh\ntouch {ran}\nexec "$@"\n')
    program.chmod(0o755)
    (project / "main.go").write_text(OTHER)
    done = slimdeploy(project, "build", goflags=f"-toolexec={program}")
    assert (done.returncode, "GOFLAGS holds -toolexec" in done.stderr) == (PolicyRefused.code, True), done
    assert not ran.exists()
