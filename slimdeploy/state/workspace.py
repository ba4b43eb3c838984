"""A folder for one run's work. It is gone afterwards; what a killed run left behind, the next run removes.

Each folder holds a lock that its owner keeps: a folder whose lock is free has no owner any more.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from slimdeploy.state.flock import Busy, held
from slimdeploy.state.places import cache
from slimdeploy.tools.containment import end_strays

LOCK = "owner.lock"


@contextmanager
def workspace() -> Iterator[Path]:
    """A new, empty folder in the cache folder, removed at the end."""
    parent = cache() / "work"
    parent.mkdir(exist_ok=True)
    folder = parent / os.urandom(8).hex()  # known before it exists: a signal at any moment leaves nothing
    with ExitStack() as owner:
        try:
            with held(parent / "gate.lock"):  # between mkdir and its lock nobody may collect
                collect(parent)
                folder.mkdir(mode=0o700)
                owner.enter_context(held(folder / LOCK))
            yield folder
        finally:
            _remove(folder)


def collect(parent: Path) -> None:
    """Remove the folders below `parent` that nobody owns any more, and end what still works there."""
    for folder in parent.iterdir():
        if folder.is_dir():
            with suppress(Busy, FileNotFoundError), held(folder / LOCK, wait=0):
                end_strays(folder)
                _remove(folder)


def _remove(folder: Path) -> None:
    """With all that is in it. buildah's store holds an image's root, 0555: only root may delete from that as it is."""
    for parent, _, _ in os.walk(folder):
        with suppress(OSError):
            Path(parent).chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
