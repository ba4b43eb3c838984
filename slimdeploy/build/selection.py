"""Which files of the project a rule of image.files names, and which of them must not get into an image.

No symbolic link is followed, anywhere: what a link names today, another program can change until it is read.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from slimdeploy.artifacts.plan import FileRule
from slimdeploy.build.globs import any_matches, fixed, matches
from slimdeploy.config.secret_files import secret_name
from slimdeploy.records import frozen
from slimdeploy.tools.git import VERSION_CONTROL

NO_FILE, NOT_THERE = "names no file", "does not exist"
SECRET = "looks like a secret"  # noqa: S105 - an objection
SPECIAL = ((stat.S_ISFIFO, "a pipe"), (stat.S_ISSOCK, "a socket"))


@frozen
class Selected:
    """A file of the project (`path` from there on), where it goes, and what stands against it."""

    path: str
    target: str
    objection: str = ""
    allowed: bool = False
    """Whether the rule accepts it although it looks like a secret."""


def select(project: Path, rule: FileRule) -> Iterator[Selected]:
    """Every file that the rule names, in a fixed order; at least one, if only to say that there is none."""
    start, glob = fixed(rule.source)
    if why := _unreachable(project, start, rule):
        yield Selected(start, rule.target, why)
        return
    if not glob and not (project / start).is_dir():
        name = start.rpartition("/")[2]
        target = rule.target + name if rule.target.endswith("/") else rule.target
        yield Selected(start, target, allowed=any_matches(name, rule.allow))
        return
    found = False
    for path, why in _below(project / start, "", rule, glob):
        found = True
        target, allowed = f"{rule.target.rstrip('/')}/{path}", any_matches(path, rule.allow)
        yield Selected(f"{start}/{path}".lstrip("/"), target, why, allowed)
    if not found:
        yield Selected(rule.source, rule.target, NO_FILE)


def _below(folder: Path, above: str, rule: FileRule, glob: str) -> Iterator[tuple[str, str]]:
    """Paths from `folder` on, and what stands against each. With a glob, what does not fit is not there."""
    try:
        entries = sorted(os.scandir(folder / above), key=lambda each: each.name)
    except OSError as error:
        yield above, f"cannot be read: {error.strerror}"
        return
    for entry in entries:
        path = f"{above}/{entry.name}".lstrip("/")
        if any_matches(path, rule.exclude):
            continue
        why = objection(folder / path, path, rule.allow)
        if entry.is_dir(follow_symlinks=False):
            if not why:
                yield from _below(folder, path, rule, glob)
            elif not glob:
                yield path, why
        elif not glob or matches(path, glob):
            yield path, why


def _unreachable(project: Path, start: str, rule: FileRule) -> str:
    """What stands against the place where the rule begins: each folder on the way must be one."""
    parts = start.split("/") if start else []
    for index, name in enumerate(parts):
        if why := objection(project / "/".join(parts[: index + 1]), name, rule.allow):
            return why
    return ""


def objection(file: Path, path: str, allow: tuple[str, ...]) -> str:
    """Why this file or folder must not get into an image; "" when it may. `path` is what the patterns are about."""
    try:
        mode = file.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return NOT_THERE
    except OSError as error:
        return f"cannot be read: {error.strerror}"
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):
        return _about_name(file.name, path, allow)
    if stat.S_ISLNK(mode):
        return f"is a symbolic link to {file.readlink()}"
    return f"is {next((what for test, what in SPECIAL if test(mode)), 'a device')}"


def _about_name(name: str, path: str, allow: tuple[str, ...]) -> str:
    if name in VERSION_CONTROL:
        return "is the repository"
    if not name.isascii() and any("\udc80" <= each <= "\udcff" for each in name):
        return "has a name that is not UTF-8"
    return SECRET if secret_name(name) and not any_matches(path, allow) else ""
