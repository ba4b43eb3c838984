"""Everything that go could see, as one value: as long as it is the same, the last result is the result.

As git's index does, files are known by their size, times and inode, not by their content: 5,000 files take 20 ms. A
file's ctime cannot be set back, so what was ever changed differs. In doubt there is no value, and go runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from slimdeploy.config.assets import VERSION_CONTROL
from slimdeploy.facts.host import CA_BUNDLES, ZONE_TREES
from slimdeploy.tools import command
from slimdeploy.tools.cc import COMPILERS
from slimdeploy.tools.go_places import INHERIT

MOST_FILES = 20_000
SETTLED = 0.05
"""Seconds. A file changed more recently could be changed again within one tick of the file system's clock."""
LOCAL = re.compile(
    r"""^\s*(?:(?:use|replace)\s+)?    # alone, or inside of parentheses
    (?:\S+(?:\s+v\S+)?\s+=>\s+)?      # example.com/lib v1.2.3 =>
    "?(\.{1,2}(?:/[^\s"]*)?|/[^\s"]+)"?\s*(?:$|//)""",
    re.MULTILINE | re.VERBOSE,
)


class TooMuch(Exception):
    """There are so many files that running go is quicker than looking at them."""


def fingerprint(project: Path) -> str | None:
    """One value for the sources, the modules beside them, the toolchain and the environment; None when in doubt.

    Whoever keeps a result under this value takes it before go starts: what changes meanwhile changes the value.
    """
    digest, newest = hashlib.sha256(), 0
    try:
        for path, status in _everything(project.resolve()):
            digest.update(f"{path}\0{status and _identity(status)}\n".encode(errors="surrogateescape"))
            newest = max(newest, status.st_ctime_ns if status else 0)
    except (OSError, TooMuch):
        return None
    if newest / 1e9 > time.time() - SETTLED:
        return None
    environment = {name: value for name, value in command.environment(INHERIT).items() if name.startswith("GO")}
    digest.update(json.dumps([environment, version("slimdeploy")], sort_keys=True).encode())
    return digest.hexdigest()


def roots(project: Path) -> tuple[Path, ...]:
    """The folders whose files go may read: the module, a workspace around it, and replaced folders of either."""
    found, files, workspace = [project], [project / "go.mod"], _workspace(project)
    if workspace is not None:
        files += [workspace / "go.work", workspace / "go.work.sum"]
    for file in files:
        text = file.read_text(encoding="utf-8") if file.is_file() else ""
        found += [(file.parent / local).resolve() for local in LOCAL.findall(text)]
    return tuple(dict.fromkeys(found))


def readable(project: Path) -> tuple[Path, ...]:
    """The folders that go has to see: those with sources, and the one of the workspace's own file."""
    workspace = _workspace(project)
    return tuple(dict.fromkeys((*roots(project), *([workspace] if workspace else []))))


def _workspace(project: Path) -> Path | None:
    return next((folder for folder in (project, *project.parents) if (folder / "go.work").is_file()), None)


def _everything(project: Path) -> Iterator[tuple[str, os.stat_result | None]]:
    """Each path with its status, in a fixed order; None for one that is not there (and might be, tomorrow)."""
    count = 0
    for root in roots(project):
        for path, status in _files(root):
            yield path, status
            count += 1
            if count > MOST_FILES:
                raise TooMuch
    workspaces = [folder / "go.work" for folder in (project, *project.parents)]
    settings = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser() / "go/env"
    tools = [Path(each).resolve() for each in map(command.find, ("go", "buildah", *COMPILERS)) if each]
    toolchain = [tools[0].parent.parent / "VERSION", *tools] if tools else []
    for further in (*workspaces, settings, *toolchain, *CA_BUNDLES):
        yield str(further), further.stat() if further.exists() else None
    for tree in filter(Path.is_dir, ZONE_TREES):  # 1,300 files: 8 ms
        yield from _files(tree)


def _files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    for entry in sorted(os.scandir(folder), key=lambda each: each.name):
        if entry.name in VERSION_CONTROL:
            continue
        yield entry.path, entry.stat(follow_symlinks=False)
        if entry.is_symlink() and Path(entry.path).exists():
            yield entry.path, entry.stat()
        elif entry.is_dir(follow_symlinks=False):
            yield from _files(Path(entry.path))


def _identity(status: os.stat_result) -> str:
    return f"{status.st_mode} {status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"
