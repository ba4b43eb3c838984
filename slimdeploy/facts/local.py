"""What this machine and the Go module say, without changing anything."""

from __future__ import annotations

import re
from pathlib import Path

from slimdeploy.artifacts.plan import LocalFacts
from slimdeploy.errors import CompileFailed, UnreadableFile
from slimdeploy.facts.host import host_files
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.git import describe
from slimdeploy.tools.go import Go, Package, host

MODULE = re.compile(r'^module\s+"?([^\s"]+)"?', re.MULTILINE)


def gather(project: Path, *, packages: tuple[str, ...] | None, versioned: bool) -> LocalFacts:
    """The facts that a build plan is made from; go is asked only when the main packages are not known.

    Raises UnreadableFile without a go.mod, CompileFailed when go cannot list the packages.
    """
    return LocalFacts(
        project=project,
        module=module_path(project),
        packages=main_packages(project) if packages is None else packages,
        architecture=host().architecture,
        version=(describe(project) or "dev") if versioned else "dev",
        host=host_files(),
    )


def main_packages(project: Path) -> tuple[str, ...]:
    """All main packages of the module, as ./relative folders; if there is none, those that are only there with cgo.

    Nothing is built with cgo, but then the compiler says what is wrong, and not that there is no program.
    """
    go = Go(project)
    try:
        folders = _mains(go.packages()) or _mains(go.packages(cgo=True))
    except ToolFailed as failure:
        raise CompileFailed("go cannot list the packages of this module", details=failure.output) from None
    return tuple(sorted(_relative(folder, project) for folder in folders))


def _mains(packages: tuple[Package, ...]) -> tuple[Path, ...]:
    return tuple(each.folder for each in packages if each.name == "main")


def module_path(project: Path) -> str:
    """The module's path, from go.mod. Raises UnreadableFile without one."""
    try:
        text = (project / "go.mod").read_text(encoding="utf-8")
    except OSError as error:
        hint = "go mod init example.com/NAME && go mod tidy"
        raise UnreadableFile(
            f"{project / 'go.mod'}: {error.strerror}", hint=f"make the folder a Go module: {hint}"
        ) from None
    found = MODULE.search(text)
    if found is None:
        raise UnreadableFile(f"{project / 'go.mod'}: no module line", hint="go mod edit -module example.com/NAME")
    return found[1]


def _relative(folder: Path, project: Path) -> str:
    relative = folder.relative_to(project.resolve()).as_posix()
    return "." if relative == "." else f"./{relative}"
