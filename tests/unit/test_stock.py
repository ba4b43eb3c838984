"""What is kept of all projects, and that nothing in use is ever removed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from slimdeploy.state import stock
from slimdeploy.state.locks import locked
from slimdeploy.state.places import cache, project_folder

HOLD = """
import sys, time
from pathlib import Path
from slimdeploy.state.locks import locked
with locked(Path(sys.argv[1]), "the project", wait=float(sys.argv[2])):
    Path(sys.argv[1], "made").touch()
    print("held", flush=True)
    time.sleep(300)
"""


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@contextmanager
def holder(folder: Path, wait: float = 0) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", HOLD, str(folder), str(wait)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def keep(project: Path, *, days: float = 0, size: int = 8192) -> Path:
    """A project, and what is kept of it."""
    project.mkdir(parents=True)
    folder = project_folder(project)
    for name in ("images/one/blob", "layers/two/blob", "binaries/app", "binaries/app.seal", "memory.json", "lock"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x" * size)
    (folder / "layers/two/blob").unlink()
    os.link(folder / "images/one/blob", folder / "layers/two/blob")
    moment = time.time() - days * stock.DAY
    os.utime(folder, (moment, moment))
    return folder


def test_what_is_kept(tmp_path: Path) -> None:
    keep(tmp_path / "old", days=3)
    folder = keep(tmp_path / "new")
    new, old = stock.stock()
    assert (new.folder, new.project, new.images, new.binaries, new.gone) == (folder, str(tmp_path / "new"), 1, 1, False)
    assert 5 * 8192 <= new.size < 6 * 8192, "a hard link counts once"
    assert old.project == str(tmp_path / "old")
    assert time.time() - old.used == pytest.approx(3 * stock.DAY, abs=60)


def test_of_what_is_gone_and_of_what_is_old(tmp_path: Path) -> None:
    for name in ("here", "gone"):
        keep(tmp_path / name)
    keep(tmp_path / "old", days=31)
    (tmp_path / "gone").rmdir()
    limit = time.time() - 30 * stock.DAY
    wanted = lambda each: each.gone or each.used < limit  # noqa: E731
    assert len(stock.prune(wanted, really=False).removed) == 2
    done = stock.prune(wanted)
    assert {each.project for each in done.removed} == {str(tmp_path / "gone"), str(tmp_path / "old")}
    assert [each.project for each in stock.stock()] == [str(tmp_path / "here")]


def test_what_a_run_uses_is_left_alone(tmp_path: Path) -> None:
    folder = keep(tmp_path / "used")
    before = sorted(folder.rglob("*"))
    with holder(folder) as other:
        assert other.stdout is not None
        other.stdout.readline()
        done = stock.prune(lambda _: True)
        assert (done.removed, [each.folder for each in done.busy]) == ((), [folder])
        assert set(before) <= set(folder.rglob("*"))
    assert [each.folder for each in stock.prune(lambda _: True).removed] == [folder]
    assert not folder.exists()


def test_who_waits_for_the_lock_gets_one_that_others_see(tmp_path: Path) -> None:
    """As `cache prune` does it: the folder goes while somebody waits for its lock."""
    folder = keep(tmp_path / "p")
    with locked(folder, "p"), holder(folder, wait=60) as other:
        time.sleep(0.7)  # it waits by now
        (folder / "lock").unlink()
        (folder / "lock").touch()
        assert other.poll() is None
        time.sleep(0.2)
    # the one that waited has ended with the block; once more, and this time the whole folder goes
    with holder(folder, wait=60) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        assert (folder / "made").exists()
        with pytest.raises(Exception, match="another slimdeploy works on p"), locked(folder, "p"):
            pass


def test_prune_and_runs_at_the_same_time(tmp_path: Path) -> None:
    """Ten runs in a row, each under the lock, while another process does nothing but prune."""
    folder = keep(tmp_path / "p")
    pruning = "from slimdeploy.state import stock\nwhile True: stock.prune(lambda _: True)"
    process = subprocess.Popen([sys.executable, "-c", pruning])
    try:
        time.sleep(0.5)
        for number in range(100):
            with locked(project_folder(tmp_path / "p"), "p", wait=60):
                (folder / "file").write_text(str(number))
                time.sleep(0.002)
                assert (folder / "file").read_text() == str(number)
    finally:
        process.kill()
        process.wait()


def test_once_a_day_the_old_goes_by_itself(tmp_path: Path) -> None:
    keep(tmp_path / "new")
    keep(tmp_path / "old", days=31)
    stock.tidy()
    assert [each.project for each in stock.stock()] == [str(tmp_path / "new")]
    keep(tmp_path / "older", days=40)
    stock.tidy()
    assert len(stock.stock()) == 2, "not again on the same day"
    os.utime(cache() / stock.LAST, (1, 1))
    stock.tidy()
    assert len(stock.stock()) == 1


def test_what_killed_runs_left_is_collected_and_shown(tmp_path: Path) -> None:
    left = cache() / "work/0123"
    left.mkdir(parents=True)
    (left / "file").write_bytes(b"x" * 10_000)
    assert dict(stock.other())["work"] >= 10_000
    keep(tmp_path / "p")
    stock.prune(lambda _: False)
    assert not left.exists()
