"""What the cache keeps of all projects, and how it is bounded: nothing that a run works with is ever touched.

A project's folder is removed while its lock is held; who waited for that lock takes a new one (locks.py).
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from slimdeploy.records import frozen
from slimdeploy.state.flock import Busy, held
from slimdeploy.state.places import NAMED, cache, projects
from slimdeploy.state.shared import Shared, found, remove
from slimdeploy.state.workspace import collect

DAY = 86400.0
UNUSED = 30 * DAY
LAST = "pruned"


@frozen
class Kept:
    """What is kept of one project. `project` is empty for what an older slimdeploy kept; `used` in epoch seconds."""

    folder: Path
    project: str
    images: int
    binaries: int
    size: int
    used: float

    @property
    def gone(self) -> bool:
        """The project's folder is not there any more."""
        return bool(self.project) and not Path(self.project).is_dir()


@frozen
class Pruned:
    """What was removed, and what was left since a run works with it."""

    removed: tuple[Kept, ...]
    busy: tuple[Kept, ...]
    shared: int = 0
    """Bytes of what projects share: base images and the like."""


def stock() -> tuple[Kept, ...]:
    """Everything that is kept, the last used first."""
    kept = [_kept(folder) for folder in projects().iterdir()]
    return tuple(sorted((each for each in kept if each), key=lambda each: -each.used))


def other() -> tuple[tuple[str, int], ...]:
    """What else is in the cache folder: name and bytes."""
    names = sorted(each for each in cache().iterdir() if each.name != projects().name)
    return tuple((each.name, size_of(each)) for each in names if each.is_dir())


def prune(wanted: Callable[[Kept | Shared], bool], *, really: bool = True) -> Pruned:
    """Remove what is `wanted` gone, of projects and of what they share, and what killed runs left."""
    removed: list[Kept] = []
    busy: list[Kept] = []
    for each in stock():
        if wanted(each):
            (removed if not really or _remove(each.folder) else busy).append(each)
    freed = sum(_let_go(each, really=really) for each in found() if wanted(each))
    if really and (work := cache() / "work").is_dir():
        with held(work / "gate.lock"):
            collect(work)
    return Pruned(tuple(removed), tuple(busy), freed)


def tidy() -> None:
    """At most once a day: drop what was not used for 30 days. Nothing that goes wrong here matters."""
    mark = cache() / LAST
    with suppress(OSError):
        if mark.exists() and mark.stat().st_mtime > time.time() - DAY:
            return
        mark.touch()
        limit = time.time() - UNUSED
        prune(lambda each: each.used < limit)


def size_of(folder: Path) -> int:
    """Bytes on the disk, hard links once."""
    seen: set[int] = set()
    return sum(_sizes(folder, seen))


def _let_go(shared: Shared, *, really: bool) -> int:
    size = size_of(shared.folder)
    return size if not really or remove(shared) else 0


def _sizes(folder: Path, seen: set[int]) -> Iterator[int]:
    for parent, _, files in os.walk(folder):
        for name in files:
            with suppress(OSError):  # a run removes its own meanwhile
                status = (Path(parent) / name).lstat()
                if status.st_ino not in seen:
                    seen.add(status.st_ino)
                    yield status.st_blocks * 512


def _kept(folder: Path) -> Kept | None:
    """None where there is no folder, or no longer."""
    try:
        used = folder.stat().st_mtime
        images, binaries = (_count(folder / name) for name in ("images", "binaries"))
    except OSError:
        return None
    try:
        project = (folder / NAMED).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        project = ""
    return Kept(folder, project, images, binaries, size_of(folder), used)


def _count(folder: Path) -> int:
    return sum(each.suffix != ".seal" for each in folder.iterdir()) if folder.is_dir() else 0


def _remove(folder: Path) -> bool:
    """Whether nobody works with it, and it is gone."""
    try:
        with held(folder / "lock", wait=0):
            for each in folder.iterdir():
                if each.is_dir():
                    shutil.rmtree(each, ignore_errors=True)
                elif each.name != "lock":
                    each.unlink()
            (folder / "lock").unlink()
            with suppress(OSError):  # somebody takes a new lock in this very moment
                folder.rmdir()
    except Busy:
        return False
    except FileNotFoundError:
        return True
    return True
