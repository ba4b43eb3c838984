"""What projects share in the cache goes under its users' locks, and never from under them."""

import os
from pathlib import Path

import pytest

from slimdeploy.state.flock import held
from slimdeploy.state.shared import found
from slimdeploy.state.stock import UNUSED, prune

FILES = ("bases/b/blob", "builders/g/store/layer", "builders/g/ready.json", "ladder/l/blob", "modules/example.com/x.go")


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in FILES:
        file = tmp_path / "slimdeploy" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(b"x" * 5000)
    for lock in ("bases/b.lock", "builders/g/lock", "builders/g/container-0.lock"):
        (tmp_path / "slimdeploy" / lock).touch()
    return tmp_path / "slimdeploy"


def files(folder: Path) -> set[str]:
    return {name for name in FILES if (folder / name).exists()}


def test_all_of_it_goes_and_locks_stay(kept: Path) -> None:
    assert prune(lambda _: True).shared >= 5 * 4096
    assert files(kept) == set()
    assert (kept / "bases/b.lock").exists()
    assert (kept / "builders/g/container-0.lock").exists()


def test_only_shown(kept: Path) -> None:
    assert prune(lambda _: True, really=False).shared >= 5 * 4096
    assert files(kept) == set(FILES)


def test_what_is_used_stays(kept: Path) -> None:
    with held(kept / "bases/b.lock"), held(kept / "builders/g/container-0.lock"):
        prune(lambda _: True)
    assert files(kept) == set(FILES)


def test_its_lock_says_when_it_was_used(kept: Path) -> None:
    os.utime(kept / "bases/b.lock", (1, 1))
    old = [each.folder.name for each in found() if each.used < UNUSED]
    assert old == ["b"]
    prune(lambda each: each.used < UNUSED)
    assert files(kept) == set(FILES) - {"bases/b/blob"}
