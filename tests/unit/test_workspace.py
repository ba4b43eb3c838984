"""The folder of one run: gone afterwards, and what a killed run left is collected by the next."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slimdeploy.state.places import project_folder
from slimdeploy.state.workspace import workspace

WORK = """
import time
from slimdeploy.state.workspace import workspace
with workspace() as folder:
    (folder / "deep").mkdir()
    (folder / "deep" / "file").write_text("x")
    print(folder, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@contextmanager
def other_run() -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """Another process at work, and its folder."""
    with subprocess.Popen([sys.executable, "-c", WORK], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_it_is_new_and_empty_and_gone_afterwards() -> None:
    with workspace() as folder:
        assert [each.name for each in folder.iterdir()] in (["owner.lock"], [])
        (folder / "file").write_text("x")
    assert not folder.exists()


def test_it_is_gone_after_a_failure() -> None:
    with pytest.raises(ValueError, match="x"), workspace() as folder:
        raise ValueError("x")
    assert not folder.exists()


def test_a_read_only_folder_in_it_goes_too() -> None:
    """buildah leaves the root folder of an image, 0555; that stops everybody but root."""
    with workspace() as folder:
        (folder / "root" / "etc").mkdir(parents=True)
        (folder / "root" / "etc").chmod(0o555)
        (folder / "root").chmod(0o555)
    assert not folder.exists()


def test_two_at_once_are_two() -> None:
    with workspace() as one, workspace() as two:
        assert one != two
        assert one.exists()
        assert two.exists()


def test_what_a_killed_run_left_is_collected() -> None:
    with other_run() as (process, left):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert (left / "deep" / "file").exists()
        with workspace():
            assert not left.exists()


@contextmanager
def program_in(folder: Path, variable: str) -> Iterator[subprocess.Popen[bytes]]:
    """A program that has its temporary files there, and was started without anything that would end it."""
    with subprocess.Popen(["sleep", "300"], env={"PATH": os.environ["PATH"], variable: str(folder)}) as process:
        try:
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("variable", ["TMPDIR", "GOTMPDIR"])
def test_what_a_killed_run_had_just_started_is_ended(variable: str) -> None:
    with (
        other_run() as (process, left),
        program_in(left, variable) as stray,
        program_in(left / "deep", variable) as deep,
    ):
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        with workspace() as folder, program_in(folder, variable) as own, program_in(folder.parent, variable) as other:
            assert not left.exists()
            assert [stray.wait(), deep.wait()] == [-signal.SIGKILL] * 2
            with workspace():
                assert [own.poll(), other.poll()] == [None, None]


def test_what_a_live_run_needs_is_not() -> None:
    with other_run() as (_, needed):
        with workspace():
            assert (needed / "deep" / "file").exists()
        assert (needed / "deep" / "file").exists()


def test_a_folder_without_any_lock_is_collected() -> None:
    with workspace() as folder:
        half_made = folder.parent / "half-made"
        half_made.mkdir()
        with workspace():
            assert not half_made.exists()


def test_folders_are_for_their_owner_only() -> None:
    before = os.umask(0)
    try:
        with workspace() as folder:
            kept = project_folder(folder)
            modes = {each.stat().st_mode & 0o777 for each in (folder, kept, kept.parent.parent)}
    finally:
        os.umask(before)
    assert modes == {0o700}


def test_a_project_has_one_folder_however_it_is_reached(tmp_path: Path) -> None:
    project, other, link = tmp_path / "project", tmp_path / "other", tmp_path / "link"
    project.mkdir()
    other.mkdir()
    link.symlink_to(project)
    assert project_folder(project) == project_folder(link) == project_folder(other / ".." / "project")
    assert project_folder(project) != project_folder(other)
