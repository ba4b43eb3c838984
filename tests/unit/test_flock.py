"""Locks on files: one holder at a time, on the file that is there, and the file says when."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path
from threading import Event, Thread

import pytest

from slimdeploy.errors import UnreadableFile
from slimdeploy.state.flock import Busy, held
from tests.unit.test_locks import holder
from tests.waiting import PATIENCE


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
    with holder(tmp_path) as process:
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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_lock_of_another_user_is_named(tmp_path: Path) -> None:
    """As after a run with sudo."""
    file = tmp_path / "lock"
    file.touch(mode=0o400)
    with pytest.raises(UnreadableFile, match="is not yours to write"), held(file):
        pass
