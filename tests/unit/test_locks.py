"""One slimdeploy at a time on one project; the lock ends with its holder."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slimdeploy.errors import Locked
from slimdeploy.state.locks import locked

HOLD = """
import sys, time
from pathlib import Path
from slimdeploy.state.locks import locked
with locked(Path(sys.argv[1]), "the project"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@contextmanager
def holder(folder: Path, seconds: float = 300) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds the lock."""
    command = [sys.executable, "-c", HOLD, str(folder), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_the_holder_is_named(tmp_path: Path) -> None:
    with holder(tmp_path) as other, pytest.raises(Locked) as refusal, locked(tmp_path, "the project"):
        pass
    assert "another slimdeploy works on the project" in refusal.value.what
    assert f"pid {other.pid} " in refusal.value.what
    assert refusal.value.code == 75


def test_refused_at_once(tmp_path: Path) -> None:
    with holder(tmp_path):
        started = time.monotonic()
        with pytest.raises(Locked), locked(tmp_path, "the project"):
            pass
        assert time.monotonic() - started < 60, "it is held for 300 s"


def test_killed_holders_hold_nothing(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        os.kill(other.pid, signal.SIGKILL)
        other.wait()
        with locked(tmp_path, "the project"):
            pass


def test_waiting_for_it_helps(tmp_path: Path) -> None:
    with holder(tmp_path, seconds=0.2), locked(tmp_path, "the project", wait=60):
        pass


def test_it_is_free_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), locked(tmp_path, "the project"):
        raise ValueError("x")
    with locked(tmp_path, "the project"):
        pass


@pytest.mark.parametrize("text", ["", "{", "{}", "[]", "null", '{"pid": 1}', '{"pid": 1, "host": "h", "since": "x"}'])
def test_a_holder_that_cannot_be_read_is_not_named(tmp_path: Path, text: str) -> None:
    with locked(tmp_path, "the project"):
        (tmp_path / "holder.json").write_text(text)
        with pytest.raises(Locked) as refusal, locked(tmp_path, "the project"):
            pass
    assert refusal.value.what == "another slimdeploy works on the project"
