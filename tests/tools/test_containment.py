"""A contained command does not outlive us, nor does what it starts: we are sent SIGKILL, and nothing may be left."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from slimdeploy.tools.command import Command, ToolFailed, run
from slimdeploy.tools.containment import AS_ROOT, AS_USER, containment
from tests.tools import somebody
from tests.tools.processes import gone, unique_seconds

WORK = """
import sys
from slimdeploy.tools.command import Command, run
script = "(sleep {0} & sleep {0}) & sleep {0} & echo started >&2; sleep {0}".format(sys.argv[1])
run(Command(("sh", "-c", script), contained=True), lambda line: print(line, flush=True))
"""


@pytest.mark.parametrize(
    "user",
    [
        pytest.param((), id="as we are"),
        pytest.param(somebody.NOBODY, id="as an ordinary user", marks=somebody.needs_root),
    ],
)
def test_when_we_are_killed_nothing_is_left(user: tuple[str, ...]) -> None:
    python, mark = somebody.interpreter(user), unique_seconds()
    with somebody.importable("slimdeploy", "sh") as folder:
        started = subprocess.Popen(
            [*user, python, "-c", WORK, mark],
            env=somebody.variables(folder),
            cwd="/",
            stdout=subprocess.PIPE,
            text=True,
        )
        with started as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "started\n"
            assert not gone(mark, 0)
            process.kill()
            assert gone(mark)


MAY_MOUNT = containment() == AS_ROOT
PREFIXES = [
    pytest.param(AS_ROOT, id="root", marks=pytest.mark.skipif(not MAY_MOUNT, reason="needs CAP_SYS_ADMIN")),
    pytest.param(AS_USER, id="user"),
]


@pytest.mark.skipif(not MAY_MOUNT, reason="needs CAP_SYS_ADMIN")
def test_mounts_of_a_contained_command_stay_its_own(tmp_path: Path) -> None:
    script = f"mount -t tmpfs none {tmp_path} && grep -c {tmp_path} /proc/self/mountinfo"
    assert run(Command(("sh", "-c", script), contained=True)) == "1\n"
    assert str(tmp_path) not in Path("/proc/self/mountinfo").read_text()


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
