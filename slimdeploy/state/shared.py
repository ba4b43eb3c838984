"""What projects share in the cache: images that builds start from, builder images, their modules, compare's ladder.

Nothing that a run works with is touched: each thing is removed under the locks that its users hold. The lock files
stay, since who waits for one must not wait for a file that is gone; their times say when a thing was last used.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

from slimdeploy.errors import ToolMissing
from slimdeploy.records import frozen
from slimdeploy.state.flock import Busy, held
from slimdeploy.state.places import cache
from slimdeploy.tools.buildah import Buildah
from slimdeploy.tools.command import ToolFailed

LOOSE = ("ladder", "modules")


@frozen
class Shared:
    """One thing: its folder, the locks that its users hold, and when it was used, in epoch seconds."""

    folder: Path
    locks: tuple[Path, ...]
    used: float
    gone = False
    """No project of its own that could be gone."""


def found() -> Iterator[Shared]:
    """Everything, whatever its age."""
    for folder in _folders("bases"):
        lock = Path(f"{folder}.lock")
        yield Shared(folder, (lock,), _time(lock))
    for folder in _folders("builders"):
        yield Shared(folder, tuple(sorted(folder.glob("*.lock"))) or (folder / "lock",), _time(folder / "lock"))
    for name in LOOSE:
        for folder in _folders(name):
            yield Shared(folder, tuple(sorted((cache() / "builders").glob("*/*lock"))), folder.stat().st_mtime)


def remove(each: Shared) -> bool:
    """False when somebody uses it."""
    with ExitStack() as unused:
        for lock in each.locks:
            lock.parent.mkdir(parents=True, exist_ok=True)
            try:
                unused.enter_context(held(lock, wait=0))
            except Busy:
                return False
        if each.folder.parent.name != "builders":
            shutil.rmtree(each.folder, ignore_errors=True)
            each.folder.with_name(f"{each.folder.name}.paths.json").unlink(missing_ok=True)
            return True
        with suppress(ToolFailed, ToolMissing):
            Buildah(each.folder).remove_store()
        for inner in each.folder.iterdir():
            if not inner.name.endswith("lock"):
                shutil.rmtree(inner, ignore_errors=True) if inner.is_dir() else inner.unlink()
    return True


def _folders(name: str) -> list[Path]:
    parent = cache() / name
    return sorted(each for each in parent.iterdir() if each.is_dir()) if parent.is_dir() else []


def _time(lock: Path) -> float:
    return lock.stat().st_mtime if lock.exists() else 0.0
