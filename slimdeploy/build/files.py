"""image.files -> files in a folder of ours, with fixed modes: what is hashed is what the image will hold.

Each is copied before it is hashed, so it may change meanwhile. Everything that is wrong is said at once.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from slimdeploy.artifacts.build import RootFile
from slimdeploy.artifacts.plan import RootfsPlan
from slimdeploy.build.selection import NO_FILE, NOT_THERE, SECRET, Selected, select
from slimdeploy.config.assets import RESERVED, reserved
from slimdeploy.config.beneath import open_beneath
from slimdeploy.config.placing import Source
from slimdeploy.config.secret_files import secret_content
from slimdeploy.config.source import escaped
from slimdeploy.errors import ConfigError, DiskFull
from slimdeploy.problems import Problem

CHUNK = 1 << 20
SHOWN = 20
PRIVATE_KEY = "holds a private key"
HINTS = {SECRET: 'exclude it, or allow = ["{name}"] if it is none', PRIVATE_KEY: "exclude it"}


def stage_files(plan: RootfsPlan, project: Path, folder: Path, source: Source | None = None) -> tuple[RootFile, ...]:
    """Copy what image.files names into a new folder. Raises ConfigError with all that is wrong, DiskFull.

    What is not there is wrong in slim.toml (`source`); anything else is wrong with that file.
    """
    folder.mkdir()
    chosen = [(index, each) for index, rule in enumerate(plan.files) for each in select(project, rule)]
    against = dict(objections([plan.entrypoint, *(each.target for _, each in chosen)]))
    staged: list[RootFile] = []
    wrong: list[Problem] = []
    for number, (index, each) in enumerate(chosen):
        try:
            refuse(each.objection or against.get(number + 1, ""))
            staged.append(_copy(each, project, folder / str(number)))
        except Unfit as unfit:
            absent = source if str(unfit) in {NO_FILE, NOT_THERE} else None
            wrong += _nowhere(each.path, index, str(unfit), absent)
    if wrong:
        raise refusal(wrong)
    return tuple(staged)


def objections(targets: Sequence[str]) -> Iterator[tuple[int, str]]:
    """What stands against these places in the image, by their numbers; number 0 is the program's."""
    folders = {place for target in (*RESERVED, *targets) for place in _above(target)}
    taken: set[str] = set()
    for number, target in enumerate(targets):
        if target in taken:
            yield number, f"to: {target} is {'the program' if target == targets[0] else 'another file already'}"
        elif why := reserved(target):
            yield number, f"to: {target} cannot be replaced: {why}"
        elif target in folders:
            yield number, f"to: {target} is a folder"
        elif targets[0] in _above(target):
            yield number, f"to: {targets[0]} is the program"
        taken.add(target)


def _nowhere(path: str, index: int, why: str, source: Source | None) -> Sequence[Problem]:
    if source is None:
        return (problem(path, f"image.files[{index}]", why),)
    return source.refusal([(("image", "files", index, "from"), f"{path} {why}", "")]).problems


def problem(path: str, key: str, why: str) -> Problem:
    """What is wrong with a file that slim.toml names, as the file's own line 1."""
    hint = HINTS.get(why, "").format(name=path.rpartition("/")[2])
    return Problem(escaped(path), 1, 1, 2, key, "file", escaped(f"{key}: {why}"), escaped(hint))


def refusal(wrong: Sequence[Problem]) -> ConfigError:
    """The error for these problems; the first 20 are enough to see what is going on."""
    error = ConfigError(wrong[:SHOWN])
    error.details = (f"and {len(wrong) - SHOWN} more",) if len(wrong) > SHOWN else ()
    return error


class Unfit(Exception):
    """Why a file must not get into the image."""


def refuse(why: str) -> None:
    """Raise Unfit, if there is a reason."""
    if why:
        raise Unfit(why)


def _copy(each: Selected, project: Path, to: Path) -> RootFile:
    try:
        with open_beneath(project, each.path) as source, to.open("wb") as copy:
            digest, size = hashlib.sha256(), 0
            while chunk := source.read(CHUNK):
                refuse(PRIVATE_KEY if not size and not each.allowed and secret_content(chunk) else "")
                digest.update(chunk)
                size += copy.write(chunk)
            mode = 0o555 if os.fstat(source.fileno()).st_mode & 0o111 else 0o444
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DiskFull(f"the files of the project cannot be copied: {error.strerror}") from None
        raise Unfit(f"cannot be read: {error.strerror}") from None
    return RootFile(each.target, to, mode, size, digest.hexdigest(), "image.files")


def _above(target: str) -> set[str]:
    return {target[:end] for end, character in enumerate(target) if character == "/" and end}
