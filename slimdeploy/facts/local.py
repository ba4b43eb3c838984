"""What this machine and the Go module say, without changing anything."""

from __future__ import annotations

import os
from dataclasses import asdict
from pathlib import Path

from slimdeploy.artifacts.plan import LocalFacts
from slimdeploy.facts.host import host_files
from slimdeploy.facts.modules import module_path
from slimdeploy.tools import go_errors
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.git import describe, revision
from slimdeploy.tools.go import Go, Package, host


def gather(
    go: Go,
    *,
    main: str | None,
    versioned: bool,
    stamped: bool = False,
    known: tuple[str, ...] | None = None,
) -> LocalFacts:
    """The facts that a build plan is made from; go is asked only when the main packages are neither given nor known.

    Raises UnreadableFile without a go.mod, or without a commit where the binary is `stamped` with it; CompileFailed
    when go cannot list the packages.
    """
    project = go.project
    module, packages = module_path(project, main), (main,) if main else known
    commit = revision(project) if stamped else None
    return LocalFacts(
        project=project,
        module=module,
        packages=main_packages(go) if packages is None else packages,
        architecture=host().architecture,
        version=commit.version if commit else (describe(project) or "dev") if versioned else "dev",
        host=host_files(),
        processors=len(os.sched_getaffinity(0)),
        stamps=tuple(asdict(commit).items()) if commit else (),
    )


def main_packages(go: Go) -> tuple[str, ...]:
    """All main packages of the module, as ./relative folders; if there is none, those that are only there with cgo.

    Nothing is built with cgo, but then the compiler says what is wrong, and not that there is no program.
    """
    try:
        folders = _mains(go.packages()) or _mains(go.packages(cgo=True))
    except ToolFailed as failure:
        raise go_errors.explain(failure, "go list ./...") from None
    return tuple(sorted(_relative(folder, go.project) for folder in folders))


def _mains(packages: tuple[Package, ...]) -> tuple[Path, ...]:
    return tuple(each.folder for each in packages if each.name == "main")


def _relative(folder: Path, project: Path) -> str:
    relative = folder.relative_to(project.resolve()).as_posix()
    return "." if relative == "." else f"./{relative}"
