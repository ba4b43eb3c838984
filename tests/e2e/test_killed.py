"""`kill -9` at any moment: the next `up` ends well, and nothing of the killed run is left."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import pytest

from slimdeploy.state.locks import locked
from slimdeploy.state.places import project_folder
from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.waiting import PATIENCE, comes_true

POINTS = (0.15, 0.3, 0.45, 0.6, 0.8, 1.0, 1.3, 1.7)
"""Seconds after the start: in the compiler, in buildah, in the push, in the apply, in the wait."""


def descendants_in(folder: Path) -> list[str]:
    """Command lines of processes that work below a folder: a killed run's own, since each test has its own folders.

    Between a fork and an exec a child still looks like slimdeploy, whose variables name the folder.
    """
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            line = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if (str(folder) in line or _is_ours(process, line, folder)) and int(process.name) != os.getpid():
            found.append(f"{line}[{_state(process)}]")
    return found


def _is_ours(process: Path, line: str, folder: Path) -> bool:
    try:
        return "-m slimdeploy " in line and os.fsencode(folder) in (process / "environ").read_bytes()
    except OSError:
        return False


def _state(process: Path) -> str:
    try:
        words = (process / "status").read_text().split("\n")
        return ", ".join([*words[2:3], *words[6:7], (process / "wchan").read_text()]).replace("\t", " ")
    except OSError as error:
        return str(error)


def kill_after(project: Project, seconds: float) -> None:
    process = project.start("up", start_new_session=True)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("seconds", POINTS)
def test_the_next_up_converges(deployed: Project, cluster: Cluster, namespace: str, seconds: float) -> None:
    kill_after(deployed, seconds)
    comes_true(lambda: not descendants_in(deployed.folder.parent))
    assert descendants_in(deployed.folder.parent) == []
    deployed.up()
    assert cluster.fetch("hello", namespace, "/api/").startswith("Hello From Go!")
    work = Path(deployed.environment["XDG_CACHE_HOME"]) / "slimdeploy" / "work"
    assert [each.name for each in work.iterdir() if each.is_dir()] == []
    assert str(deployed.folder.parent) not in Path("/proc/mounts").read_text()


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_cleanly(hello: Project, number: signal.Signals, code: int) -> None:
    hello.write(slim__toml="static.rebuild_all = true\n")  # it takes long enough for any signal to come in time
    work = Path(hello.environment["XDG_CACHE_HOME"]) / "slimdeploy" / "work"
    process = hello.start("build")
    while process.poll() is None and not any(each.is_dir() for each in work.glob("*")):
        time.sleep(0.01)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=PATIENCE)
    if process.returncode == 0:
        pytest.fail(f"the build was done before the signal came: {stderr}")
    assert (process.returncode, stdout) == (code, "")
    assert "Traceback" not in stderr
    assert [each.name for each in work.iterdir() if each.is_dir()] == []
    assert comes_true(lambda: not descendants_in(hello.folder.parent), 10), "it would compile for half a minute"


def test_two_at_once_one_works_and_the_other_says_who(hello: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", hello.environment["XDG_CACHE_HOME"])
    with locked(project_folder(hello.folder), "this test"):
        refused = hello.slimdeploy("build")
    assert refused.code == 75, refused
    assert f"another slimdeploy works on {hello.folder}: pid {os.getpid()} on" in refused.stderr
    assert hello.slimdeploy("build").code == 0


def test_a_deadline_ends_a_redeploy(hello: Project, local_name: str, port: int) -> None:
    hello.write(main__go='package main\n\nimport "time"\n\nfunc main() { time.Sleep(time.Hour) }\n')
    hello.write(slim__toml=f'[app]\nname = "{local_name}"\nport = {port}\n')
    started = time.monotonic()
    result = hello.slimdeploy("redeploy", "--deadline", "3s")
    hello.slimdeploy("down")
    assert (result.code, result.stdout) == (124, "")
    assert time.monotonic() - started < 120, "deploy.timeout is 5 minutes"
    assert "not done after 3 s" in result.stderr
