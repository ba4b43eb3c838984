"""Everything that go could see, as one value: as long as it is the same, the last result is the result.

As git's index does, files are known by their size, times and inode, not by their content: 5,000 files take 20 ms. A
file's ctime cannot be set back, so what was ever changed differs. In doubt there is no value, and go runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Iterator
from functools import cached_property
from operator import attrgetter
from pathlib import Path

import slimdeploy
from slimdeploy.facts.machine import CA_BUNDLES, ZONE_TREES
from slimdeploy.facts.roots import roots, workspace_file, workspaces
from slimdeploy.records import frozen
from slimdeploy.tools import command
from slimdeploy.tools.cc import COMPILERS
from slimdeploy.tools.git import VERSION_CONTROL
from slimdeploy.tools.go_places import INHERIT
from slimdeploy.tools.go_settings import settings_file

OURSELVES = Path(slimdeploy.__file__)
"""Another slimdeploy is another file. Asking for the version's number takes 10 ms."""
MOST_FILES = 20_000
SETTLED = 0.05
"""Seconds. A file changed more recently could be changed again within one tick of the file system's clock."""


class TooMuch(Exception):
    """There are so many files that running go is quicker than looking at them."""


@frozen
class Sources:
    """What there is: each path with its status, None for one that is not there; and what else go could see."""

    entries: tuple[tuple[str, os.stat_result | None], ...]
    settings: str
    settled: bool
    """Whether all of it is old enough to be known by its status."""

    @cached_property
    def fingerprint(self) -> str | None:
        """One value for all of it; None when in doubt."""
        if not self.settled:
            return None
        listed = (f"{path}\0{status and identity(status)}\n" for path, status in self.entries)
        return hashlib.sha256("".join([*listed, self.settings]).encode(errors="surrogateescape")).hexdigest()


def look(project: Path) -> Sources | None:
    """The sources, the modules beside them, the toolchain and the environment; None when it is too much to look at.

    Whoever keeps a result under the fingerprint looks before go starts: what changes meanwhile changes the value.
    """
    started = time.time()
    try:
        entries = tuple(_everything(project.resolve()))
        ourselves = identity(OURSELVES.stat())
    except (OSError, TooMuch):
        return None
    newest = max((status.st_ctime_ns for _, status in entries if status), default=0)
    environment = {name: value for name, value in command.environment(INHERIT).items() if name.startswith("GO")}
    settings = json.dumps([environment, ourselves], sort_keys=True)
    return Sources(entries, settings, settled=newest / 1e9 <= started - SETTLED)


def fingerprint(project: Path) -> str | None:
    """One value for everything that go could see; None when in doubt."""
    sources = look(project)
    return sources.fingerprint if sources else None


def _everything(project: Path) -> Iterator[tuple[str, os.stat_result | None]]:
    """Each path with its status, in a fixed order; None for one that is not there (and might be, tomorrow)."""
    count = 0
    seen: set[tuple[int, int]] = set()
    for root in roots(project):
        for path, status in _files(root, seen):
            yield path, status
            count += 1
            if count > MOST_FILES:
                raise TooMuch
    places = dict.fromkeys((*workspaces(project), workspace_file(project) or project))
    beside = [each.with_name(name) for each in places for name in ("go.work.sum", "vendor")]
    tools = [Path(each).resolve() for each in map(command.find, ("go", "buildah", "skopeo", *COMPILERS)) if each]
    toolchain = [tools[0].parent.parent / "VERSION", *tools] if tools else []
    for further in (*places, *beside, settings_file(), *toolchain, *CA_BUNDLES):
        yield str(further), further.stat() if further.exists() else None
    for tree in filter(Path.is_dir, ZONE_TREES):  # 1,300 files: 5 ms
        yield from _files(tree, seen)


def _files(folder: Path | str, seen: set[tuple[int, int]]) -> Iterator[tuple[str, os.stat_result]]:
    """Everything below; a linked folder, too, since a package may be one. Each folder once: links may go in circles."""
    status = os.stat(folder)  # noqa: PTH116 - a Path for each of a thousand entries takes longer than looking at them
    if (status.st_dev, status.st_ino) in seen:
        return
    seen.add((status.st_dev, status.st_ino))
    for entry in sorted(os.scandir(folder), key=attrgetter("name")):
        if entry.name in VERSION_CONTROL:
            continue
        path, status = entry.path, entry.stat(follow_symlinks=False)
        yield path, status
        if stat.S_ISLNK(status.st_mode):
            try:
                status = entry.stat()
            except OSError:  # it leads nowhere now
                continue
            yield path, status
        if stat.S_ISDIR(status.st_mode):
            yield from _files(path, seen)


def identity(status: os.stat_result) -> str:
    """What differs once a file was changed."""
    return f"{status.st_mode} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
