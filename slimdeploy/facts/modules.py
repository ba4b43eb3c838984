"""Where the Go module of a project is, and what it is called; and where else one is, if it is not here."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from slimdeploy.errors import UnreadableFile
from slimdeploy.facts.mains import MOST_FOLDERS, MOST_SHOWN, NOT_ENTERED, main_folder

MODULE = re.compile(r'^module\s+"?([^\s"]+)"?', re.MULTILINE)


def module_path(project: Path, main: str | None = None) -> str:
    """The module's path, from go.mod. Raises UnreadableFile without one.

    `main` may be in a module of its own where a go.work joins them.
    """
    folder = _nearest(project / main, project) if main and _in_workspace(project) else project
    file = folder / "go.mod"
    if file.exists() and not file.is_file():
        raise UnreadableFile(f"{file} is no regular file")
    try:
        found = MODULE.search(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise _elsewhere(project) from None
    except OSError as error:
        raise UnreadableFile(f"{file}: {error.strerror}") from None
    if found is None:
        raise UnreadableFile(f"{file}: no module line", hint="go mod edit -module example.com/NAME")
    return found[1]


def _nearest(folder: Path, project: Path) -> Path:
    """The first folder with a go.mod from here up to the project."""
    upwards = (each for each in (folder, *folder.parents) if each.is_relative_to(project))
    return next((each for each in upwards if (each / "go.mod").is_file()), project)


def _in_workspace(project: Path) -> bool:
    return any((each / "go.work").is_file() for each in (project, *project.parents))


def _elsewhere(project: Path) -> UnreadableFile:
    """No go.mod here: say where there is one, or how to make one."""
    if not project.is_dir():
        what = f"{project} is no folder" if project.exists() else f"there is no folder {project}"
        return UnreadableFile(what, hint="-C names the project's folder")
    modules = list(_modules(project))
    above = next((folder for folder in project.parents if (folder / "go.mod").is_file()), None)
    what = f"there is no go.mod in {project}"
    if modules:
        return UnreadableFile(what, details=(_listed(modules, project),), hint=_choice(modules, project))
    if above:
        hint = (
            f'-C {os.path.relpath(above, project)}, and build.main = "./{project.relative_to(above)}" in its slim.toml'
        )
        return UnreadableFile(f"{what}, but in {above}", hint=hint)
    return UnreadableFile(what, hint="make the folder a Go module: go mod init example.com/NAME && go mod tidy")


def _listed(modules: list[Path], project: Path) -> str:
    shown = ", ".join(each.relative_to(project).as_posix() for each in modules[:MOST_SHOWN])
    return f"Go modules are in: {shown}" + (", ..." if len(modules) > MOST_SHOWN else "")


def _choice(modules: list[Path], project: Path) -> str:
    """The first module that holds a program: libraries cannot be deployed."""
    first, program = next(((each, found) for each in modules if (found := main_folder(each))), (modules[0], None))
    hint = f"choose one: -C {first.relative_to(project).as_posix()}"
    if program and (project / "go.work").is_file():
        return f'{hint}\nor name the program: build.main = "./{program.relative_to(project).as_posix()}"'
    return hint if program else f"{hint}; none of them holds a `package main`, though"


def _modules(project: Path) -> Iterator[Path]:
    """The folders below that have a go.mod; a large tree is not searched to its end."""
    for folder, folders, files in islice(os.walk(project), MOST_FOLDERS):
        folders[:] = sorted(each for each in folders if not NOT_ENTERED.fullmatch(each))
        if "go.mod" in files:
            folders.clear()
            yield Path(folder)
