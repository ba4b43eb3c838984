"""Strategy builder: go inside of a builder image compiles; the program goes onto a base, or into an empty image.

The project is mounted read-only and under its own name, so that go's messages name files as people know them. Modules
and compiled packages are kept in our cache; modules that this machine has already come from its own cache, read-only.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

from slimdeploy.artifacts.build import Base
from slimdeploy.artifacts.plan import Platform
from slimdeploy.build.containers import Containers
from slimdeploy.build.pulling import Below
from slimdeploy.errors import ImageFailed, ToolMissing
from slimdeploy.records import frozen
from slimdeploy.state.places import cache
from slimdeploy.tools import command
from slimdeploy.tools.buildah import Run
from slimdeploy.tools.cc import compilers
from slimdeploy.tools.command import ToolFailed, ToolTimeout
from slimdeploy.tools.go import Go
from slimdeploy.tools.go_places import Call
from slimdeploy.tools.lines import LineSink

SETTINGS = ("GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE", "GOWORK", "GOFLAGS")
"""Of the user's, what go in the container should know, too: in a file, since a proxy's address may hold a password."""
BUILDAHS_OWN = ("subprocess exited with", "Error: exit status", "error running container", "Error: while running")

ANSWERS = 3
"""buildah 1.28 sometimes stops reading when a program ends, before it has all that it printed: 1 of 80 calls here."""


@frozen
class Builder:
    """go of an image. `timeout` is the seconds that one call of it may take."""

    containers: Containers
    below: Below
    sources: tuple[Path, ...]
    timeout: float | None = None

    def go(self, project: Path, temporary: Path | None = None) -> Go:
        """The image's."""
        own = (temporary or self.containers.puller.work) / "go"  # not all of the work folder: it is mounted
        own.mkdir(exist_ok=True)
        return Go(project, own, timeout=self.timeout, place=InContainer(self.containers, self.sources))

    def base(self, platform: Platform) -> Base | None:
        """The base for this platform, if there is one."""
        return self.below.base(platform)


@frozen
class InContainer:
    """go in a container of the builder image."""

    containers: Containers
    sources: tuple[Path, ...]

    def run(self, call: Call, on_line: LineSink | None) -> str:
        """With the caches, GOTMPDIR and the folder of -o as the only places to write to."""
        prepared = self.containers.prepare()
        modules, work = _folder(cache() / "modules"), Path(call.environment["GOTMPDIR"])
        outputs = [Path(each.removeprefix("-o=")).parent for each in call.arguments if each.startswith("-o=")]
        gocache = _folder(Path(call.environment.get("GOCACHE") or self.containers.go_cache))
        downloaded = [each for each in (host_modules(),) if each.is_dir()]
        settings = write_settings(work / "goenv", prepared.proxy, downloaded)
        own = {"GOENV": str(settings), "GOCACHE": str(gocache), "GOMODCACHE": str(modules), "HOME": str(work)}
        writable = (work, modules, gocache, *outputs)
        mounts = tuple(dict.fromkeys((*self.sources, *downloaded, *writable)))
        variables = proxies() | dict(call.environment) | own
        run = Run(call.folder, mounts, frozenset(writable), variables, call.timeout)
        for _ in range(ANSWERS):
            out, failure = self._go(call.arguments, run, on_line)
            if failure is None and is_whole(call.arguments, out):
                return out
            lines = [line for line in failure.output if not line.startswith(BUILDAHS_OWN)] if failure else []
            if failure and lines:
                raise ToolFailed("go", failure.exit_code, lines)
        if failure is None and call.arguments[0] == "list" and not out and "-deps" not in call.arguments:
            return out  # each time, so there are no packages: those of C only, without cgo
        raise ImageFailed("go did not run in the builder image", details=failure.output[-3:] if failure else ())

    def _go(self, arguments: Sequence[str], run: Run, on_line: LineSink | None) -> tuple[str, ToolFailed | None]:
        """What go printed, and how it failed."""

        def without_buildahs(line: str) -> None:
            if on_line and not line.startswith(BUILDAHS_OWN):
                on_line(line)

        try:
            return self.containers.run(("go", *arguments), run, without_buildahs), None
        except ToolTimeout:
            raise
        except ToolFailed as failure:
            return "", failure

    def compiler(self, target: Platform, here: Platform) -> str:
        """The first one that the image has."""
        run = Run(Path("/"), (), frozenset(), {})
        for each in compilers(target, here):
            try:
                self.containers.run((each, "--version"), run, None)
            except ToolFailed:
                continue
            return each
        raise ToolMissing(
            f'static.cgo = "static" needs a C compiler for {target}, and {self.containers.pinned.reference} has none',
            hint='take a builder image that has one, or leave C out: static.cgo = "off"',
        )


def is_whole(arguments: Sequence[str], out: str) -> bool:
    """Whether this is all of go's answer. The package that was asked for comes last, after what it depends on."""
    last = out.rpartition("\n{")[2]
    if arguments[0] == "list":
        return out.rstrip().endswith("}") and not ("-deps" in arguments and '"DepOnly": true' in last)
    return arguments[0] != "env" or out.endswith("\n")


def write_settings(file: Path, proxy: str, downloaded: Sequence[Path]) -> Path:
    """What `go env -w` would write: the user's own settings; modules first from where this machine has them."""
    own = {name: value for name in SETTINGS if (value := os.environ.get(name))}
    sources = [*(f"file://{each}" for each in downloaded), own.get("GOPROXY") or proxy]
    flags = shlex.join([*shlex.split(own.get("GOFLAGS", "")), "-modcacherw"])  # so that anybody may remove it
    lines = own | {"GOPROXY": ",".join(each for each in sources if each), "GOFLAGS": flags}
    file.touch(mode=0o600)
    file.write_text("".join(f"{name}={value}\n" for name, value in lines.items()), encoding="utf-8")
    return file


def host_modules() -> Path:
    """Where this machine's go keeps downloaded modules, in the form of a module proxy."""
    given, path = os.environ.get("GOMODCACHE"), os.environ.get("GOPATH")
    first = Path(path.split(os.pathsep)[0]) if path else Path.home() / "go"
    return (Path(given) if given else first / "pkg/mod") / "cache/download"


def proxies() -> dict[str, str]:
    """http proxies without a password: buildah takes variables from its command line only, which everybody can read."""
    known = command.environment()
    return {name: value for name, value in known.items() if name.lower().endswith("_proxy") and "@" not in value}


def _folder(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
