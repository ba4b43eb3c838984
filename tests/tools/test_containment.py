"""A contained command does not outlive us, nor does what it starts: we are sent SIGKILL, and nothing may be left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import sh

import slimdeploy
from slimdeploy.tools.command import Command, ToolFailed, run
from slimdeploy.tools.containment import AS_ROOT, AS_USER, containment
from tests.tools.processes import gone, unique_seconds

WORK = """
import sys
from slimdeploy.tools.command import Command, run
script = "(sleep {0} & sleep {0}) & sleep {0} & echo started >&2; sleep {0}".format(sys.argv[1])
run(Command(("sh", "-c", script), contained=True), lambda line: print(line, flush=True))
"""
ROOT = os.geteuid() == 0


@pytest.fixture(scope="module")
def importable() -> Iterator[Path]:
    """A folder that everybody can import slimdeploy's door to programs from."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        shutil.copytree(Path(slimdeploy.__file__).parent, folder / "slimdeploy")
        shutil.copytree(Path(sh.__file__).parent, folder / "sh")
        yield folder


def interpreters(user: tuple[str, ...]) -> Iterator[str]:
    """Pythons that this user can start: a virtual environment below /root is not."""
    for program in (sys.executable, "/usr/bin/python3"):
        if subprocess.run([*user, program, "-c", ""], capture_output=True, check=False).returncode == 0:
            yield program


@pytest.mark.parametrize(
    "user",
    [
        pytest.param((), id="as we are"),
        pytest.param(
            ("runuser", "-u", "nobody", "--"),
            id="as an ordinary user",
            marks=pytest.mark.skipif(not ROOT, reason="only root can be somebody else"),
        ),
    ],
)
def test_when_we_are_killed_nothing_is_left(user: tuple[str, ...], importable: Path) -> None:
    python = next(interpreters(user), None)
    if python is None:
        pytest.skip("this user cannot start any python here")
    mark = unique_seconds()
    argv = [*user, python, "-c", WORK, mark]
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(importable), "PYTHONDONTWRITEBYTECODE": "1"}
    with subprocess.Popen(argv, env=environment, cwd="/", stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        assert not gone(mark, 0)
        os.kill(pid_of_python(process.pid, python), signal.SIGKILL)
        assert gone(mark)


def pid_of_python(pid: int, python: str) -> int:
    """The process that runs our code: runuser waits for it as its parent."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    first = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")[0].decode()
    return pid if first == python else int(children[0])


MAY_MOUNT = containment() == AS_ROOT
PREFIXES = [
    pytest.param(AS_ROOT, id="root", marks=pytest.mark.skipif(not MAY_MOUNT, reason="needs CAP_SYS_ADMIN")),
    pytest.param(AS_USER, id="user"),
]


@pytest.mark.skipif(not MAY_MOUNT, reason="needs CAP_SYS_ADMIN")
def test_mounts_of_a_contained_command_stay_its_own(tmp_path: Path) -> None:
    before = Path("/proc/self/mountinfo").read_text()
    script = f"mount -t tmpfs none {tmp_path} && grep -c {tmp_path} /proc/self/mountinfo"
    assert run(Command(("sh", "-c", script), contained=True)) == "1\n"
    assert Path("/proc/self/mountinfo").read_text() == before


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("code", [1, 80, 125])
def test_the_exit_code_comes_through(prefix: tuple[str, ...], code: int) -> None:
    with pytest.raises(ToolFailed) as failure:
        run(Command((*prefix, "sh", "-c", f"exit {code}")))
    assert failure.value.exit_code == code


@pytest.mark.parametrize("prefix", PREFIXES)
def test_words_and_streams_come_through(prefix: tuple[str, ...]) -> None:
    words = ("a b", "$0", '"', "'", "--", "", "-c", "*")
    assert run(Command((*prefix, "printf", "%s\\0", *words))).split("\0")[:-1] == list(words)
    lines: list[str] = []
    assert run(Command((*prefix, "sh", "-c", "cat; echo err >&2"), input="in"), lines.append) == "in"
    assert lines == ["err"]
