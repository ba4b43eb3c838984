"""The go command. CGO_ENABLED, GOOS and GOARCH stand last in its environment, so nothing exported can win over them."""

from __future__ import annotations

import json
import platform
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.plan import CompilePlan, Platform
from slimdeploy.errors import ToolMissing
from slimdeploy.records import frozen
from slimdeploy.tools.go_places import HINT, Call, Place, ThisMachine
from slimdeploy.tools.go_settings import check_flags
from slimdeploy.tools.lines import LineSink

ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
VARIANTS = {"arm": ("GOARM", "7"), "amd64": ("GOAMD64", "v1"), "arm64": ("GOARM64", "v8.0")}
"""The variable and its value for a platform without a variant: what `go env -w` has kept must not decide."""


@frozen
class Package:
    """One package as `go list` describes it."""

    name: str
    folder: Path
    module: str


@frozen
class Dependency:
    """One package that a program is made of."""

    package: str
    imports: tuple[str, ...]
    standard: bool
    uses_cgo: bool
    name: str = ""
    folder: Path = Path()


class Go:
    """The go command, run in a project's folder.

    `temporary` is where it may put its work, `cache` a build cache in place of the user's, `timeout` in seconds for
    each call: go waits for ever for a pipe among the sources, or for a proxy that is silent.
    """

    def __init__(
        self,
        project: Path,
        temporary: Path | None = None,
        *,
        cache: Path | None = None,
        timeout: float | None = None,
        place: Place | None = None,
    ) -> None:
        self.project = project
        self.temporary = temporary
        self.cache = cache
        self.timeout = timeout
        self.place = place or ThisMachine()

    def with_empty_cache(self, name: str) -> Go:
        """The same with a build cache of its own, below `temporary`."""
        assert self.temporary is not None  # noqa: S101 - whoever builds has a work folder
        cache = self.temporary / name
        return Go(self.project, self.temporary, cache=cache, timeout=self.timeout, place=self.place)

    def packages(
        self, target: Platform | None = None, tags: tuple[str, ...] = (), *, cgo: bool = False
    ) -> tuple[Package, ...]:
        """`go list ./...`: the packages of the module, without looking at what they import."""
        flags = ["-find", "-e", "-json=Name,Dir,Module", f"-tags={','.join(tags)}"]
        out = self._run(["list", *flags, "./..."], target or host(), cgo=cgo)
        return tuple(
            Package(item.get("Name", ""), Path(item["Dir"]), item.get("Module", {}).get("Path", ""))
            for item in _documents(out)
            if "Dir" in item
        )

    def dependencies(self, plan: CompilePlan, *, cgo: bool) -> tuple[Dependency, ...]:
        """`go list -deps` of a plan's package as it is with or without cgo; the package itself comes last."""
        fields = "-json=ImportPath,Imports,Standard,CgoFiles,Name,Dir,DepOnly,Incomplete"
        out = self._run(
            ["list", "-deps", "-e", fields, f"-tags={','.join(plan.tags)}", "--", plan.package], plan.platform, cgo=cgo
        )
        return tuple(_dependency(item) for item in _documents(out, "ImportPath"))

    def modules(self, plan: CompilePlan) -> dict[str, Path]:
        """`go list -m`: the module of the project, or all of its workspace, and where each is."""
        out = self._run(["list", "-m", "-f={{.Path}}\t{{.Dir}}"], plan.platform)
        return {path: Path(folder) for path, _, folder in (line.partition("\t") for line in out.splitlines())}

    def build(self, plan: CompilePlan, output: Path, on_line: LineSink | None = None) -> None:
        """`go build -o output`. Raises ToolFailed with the compiler's lines."""
        flags = [f"-o={output}", "-buildvcs=false", f"-trimpath={str(plan.trimpath).lower()}"]
        flags += ["-ldflags=" + " ".join(_quoted(flag) for flag in plan.ldflags), f"-tags={','.join(plan.tags)}"]
        flags += ["-a"] if plan.rebuild_all else []
        flags += [f"-p={plan.jobs}"] if plan.jobs else []
        flags += [f"-installsuffix={plan.installsuffix}"] if plan.installsuffix else []
        self._run(["build", *flags, "--", plan.package], plan.platform, on_line, cgo=plan.cgo)

    def version(self) -> str:
        """For instance go1.26.8."""
        return self._run(["env", "GOVERSION"], host()).strip()

    def _run(
        self, arguments: list[str], target: Platform, on_line: LineSink | None = None, *, cgo: bool = False
    ) -> str:
        own = {"CGO_ENABLED": str(int(cgo))} | ({"GOCACHE": str(self.cache)} if self.cache else {})
        if cgo and arguments[0] == "build":
            own["CC"] = self.place.compiler(target, host())
        environment = go_environment(target, self.temporary) | own
        return self.place.run(Call(tuple(arguments), environment, self.project, self.timeout), on_line)


def go_environment(target: Platform, temporary: Path | None = None) -> dict[str, str]:
    """What go must see, whatever was exported; a GOFLAGS that runs other programs is refused."""
    check_flags()
    variables = {"GOTOOLCHAIN": "local", "GOEXPERIMENT": "", "GODEBUG": ""}
    if temporary is not None:
        variables["GOTMPDIR"] = str(temporary)
    if target.architecture in VARIANTS:
        variable, default = VARIANTS[target.architecture]
        variant = target.variant.lstrip("v") if target.architecture == "arm" else target.variant
        variables[variable] = variant or default
    return variables | {"CGO_ENABLED": "0", "GOOS": target.os, "GOARCH": target.architecture}


def host() -> Platform:
    """This machine, as a platform to run on: linux and its architecture in Go's words."""
    machine = platform.machine().lower()
    return Platform("linux", ARCHITECTURES.get(machine, machine))


def _dependency(item: dict[str, Any]) -> Dependency:
    return Dependency(
        package=item["ImportPath"],
        imports=tuple(item.get("Imports", ())),
        standard=bool(item.get("Standard")),
        uses_cgo=bool(item.get("CgoFiles")),
        name=item.get("Name", ""),
        folder=Path(item.get("Dir", "")),
    )


def _quoted(flag: str) -> str:
    """Go splits -ldflags at spaces unless quoted; the config model refuses quotes in values."""
    return " ".join(f'"{part}"' if " " in part else part for part in flag.split(" ", 1))


def _documents(text: str, key: str = "") -> list[dict[str, Any]]:
    """`go list -json` prints one JSON document after the other; each has this key."""
    decoder, found, position, end = json.JSONDecoder(), [], 0, len(text.rstrip())
    while position < end:
        begin = position
        try:
            document, position = decoder.raw_decode(text, position)
        except ValueError:
            document = None
        if not isinstance(document, dict) or key not in {"", *document}:
            raise _not_go(text[begin:])
        found.append(document)
        while position < end and text[position].isspace():
            position += 1
    return found


def _not_go(answer: str) -> ToolMissing:
    """A wrapper that prints words of its own, or another program of this name."""
    said = answer.strip().partition("\n")[0][:80]
    hint = f"is the first `go` in PATH Go itself, and not a script that prints more? {HINT}"
    return ToolMissing(f"go answers {said!r} to `go list -json`, which is not what Go answers", hint=hint)
