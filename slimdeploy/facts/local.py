"""What this machine and the Go module say, without changing anything."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from slimdeploy.artifacts.plan import LocalFacts, Platform
from slimdeploy.config.references import VERSION
from slimdeploy.config.stamps import asked
from slimdeploy.errors import CompileFailed
from slimdeploy.facts.host import host_files
from slimdeploy.facts.mains import left_out
from slimdeploy.facts.modules import module_path
from slimdeploy.plan.build import parse_platform
from slimdeploy.tools import go_errors
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.git import describe, revision
from slimdeploy.tools.go import Go, Package, host

if TYPE_CHECKING:
    from slimdeploy.config.compiling import Build
    from slimdeploy.config.model import Config

NOTHING: Mapping[str, tuple[str, ...]] = MappingProxyType({})
UNKNOWN = "dev"
"""What {version} stands for outside of git."""


def gather(go: Go, config: Config, known: Mapping[str, tuple[str, ...]] = NOTHING) -> LocalFacts:
    """The facts that a build plan is made from; go is asked only when the main packages are neither given nor known.

    Raises UnreadableFile without a go.mod, or without a commit where the binary is stamped with it; CompileFailed when
    go cannot list the packages.
    """
    project, main = go.project, config.build.main
    module, seen = module_path(project, main), f"{_target(config.build)} {main or ','.join(config.build.tags)}"
    packages = (main,) if main else known.get(seen)
    versioned = VERSION in (config.image.tag or "")
    commit = revision(project) if asked(config.build.stamp.values()) else None
    return LocalFacts(
        project=project,
        module=module,
        packages=programs(go, config.build) if packages is None else packages,
        architecture=host().architecture,
        version=commit.version if commit else (describe(project) or UNKNOWN) if versioned else UNKNOWN,
        host=host_files(),
        processors=len(os.sched_getaffinity(0)),
        stamps=tuple(asdict(commit).items()) if commit else (),
        seen=seen,
    )


def programs(go: Go, build: Build) -> tuple[str, ...]:
    """The main packages for what is built. Raises CompileFailed where all there are, are for something else."""
    target = _target(build)
    found = main_packages(go, target, build.tags)
    if not found and (others := left_out(go.project)):
        raise CompileFailed(
            f"module {module_path(go.project)} has no main package for {target}: {', '.join(others)}",
            hint="a file's name (x_windows.go) and its //go:build line say what it is for: it has to be linux;\n"
            "build.platforms says for which architecture, build.tags with which tags",
        )
    return found


def _target(build: Build) -> Platform:
    named = sorted(build.platforms) if isinstance(build.platforms, tuple) else ()
    return parse_platform(named[0]) if named else host()


def main_packages(go: Go, target: Platform | None = None, tags: tuple[str, ...] = ()) -> tuple[str, ...]:
    """All main packages of the module, as ./relative folders; if there is none, those that are only there with cgo.

    Nothing is built with cgo, but then the compiler says what is wrong, and not that there is no program.
    """
    try:
        folders = _mains(go.packages(target, tags)) or _mains(go.packages(target, tags, cgo=True))
    except ToolFailed as failure:
        raise go_errors.explain(failure, "go list ./...") from None
    return tuple(sorted(_relative(folder, go.project) for folder in folders))


def _mains(packages: tuple[Package, ...]) -> tuple[Path, ...]:
    return tuple(each.folder for each in packages if each.name == "main")


def _relative(folder: Path, project: Path) -> str:
    relative = folder.relative_to(project.resolve()).as_posix()
    return "." if relative == "." else f"./{relative}"
