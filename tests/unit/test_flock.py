"""Locks on files: one holder at a time, on the file that is there, and the file says when."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from slimdeploy.state.flock import Busy, held
from tests.waiting import PATIENCE

HOLD = """
import sys, time
from pathlib import Path
from slimdeploy.state.flock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(300)
"""


@contextmanager
def other(file: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that holds it."""
    with subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_one_holder_at_a_time_within_a_process_too(tmp_path: Path) -> None:
    with held(tmp_path / "lock"), pytest.raises(Busy), held(tmp_path / "lock", wait=0):
        pass
    with held(tmp_path / "lock", wait=0):
        pass


def test_it_is_free_after_a_failure(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="x"), held(tmp_path / "lock"):
        raise ValueError("x")
    with held(tmp_path / "lock", wait=0):
        pass


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    with other(tmp_path / "lock") as process:
        with pytest.raises(Busy), held(tmp_path / "lock", wait=0.05):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        with held(tmp_path / "lock", wait=0):
            pass


def test_who_waits_gets_it(tmp_path: Path) -> None:
    got = Event()

    def wait() -> None:
        with held(tmp_path / "lock"):
            got.set()

    with held(tmp_path / "lock"):
        thread = Thread(target=wait)
        thread.start()
        assert not got.wait(0.1)
    assert got.wait(PATIENCE)
    thread.join()


def test_the_file_that_is_there_counts(tmp_path: Path) -> None:
    """Who waited for one that was removed holds nothing that others would ask for."""
    got, end = Event(), Event()

    def wait() -> None:
        with held(tmp_path / "lock"):
            got.set()
            end.wait(PATIENCE)

    with held(tmp_path / "lock"):
        thread = Thread(target=wait)
        thread.start()
        time.sleep(0.1)
        (tmp_path / "lock").unlink()
    assert got.wait(PATIENCE)
    with pytest.raises(Busy), held(tmp_path / "lock", wait=0):
        pass
    end.set()
    thread.join()


def test_its_time_says_when_it_was_held(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    file.touch()
    os.utime(file, (1, 1))
    with held(file):
        pass
    assert file.stat().st_mtime > time.time() - 3600


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), held(tmp_path / "none" / "lock"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_a_child_does_not_keep_it(tmp_path: Path) -> None:
    with held(tmp_path / "lock"):
        child = subprocess.Popen(["sleep", "300"], close_fds=False)
    try:
        with held(tmp_path / "lock", wait=0):
            pass
    finally:
        child.kill()
        child.wait()
