"""slimdeploy version: ours, and those of the tools that it uses."""

from __future__ import annotations

from importlib.metadata import version

from slimdeploy.cli.options import Flags, verb
from slimdeploy.cli.output import Output
from slimdeploy.errors import ToolMissing
from slimdeploy.tools.command import Command, ToolFailed, run

TOOLS = {
    "go": ("go", "env", "GOVERSION"),
    "buildah": ("buildah", "--version"),
    "skopeo": ("skopeo", "--version"),
    "podman": ("podman", "--version"),
}


@verb("version")
def command(output: Output, flags: Flags) -> None:  # noqa: ARG001
    """Print the versions of slimdeploy and of the tools it uses."""
    found = {"slimdeploy": version("slimdeploy")} | {tool: _of(argv) for tool, argv in TOOLS.items()}
    output.result("\n".join(f"{tool:<10}  {text or 'not installed'}" for tool, text in found.items()), found)


def _of(argv: tuple[str, ...]) -> str | None:
    try:
        return (
            run(Command(argv, timeout=10)).strip().removeprefix(f"{argv[0]} version ").removeprefix("go").split(" ")[0]
        )
    except (ToolMissing, ToolFailed):
        return None
