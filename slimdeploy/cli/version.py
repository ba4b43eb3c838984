"""slimdeploy version: ours, and those of the tools that it uses."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path

import slimdeploy
from slimdeploy.cli.options import Flags, option, verb
from slimdeploy.cli.output import Output
from slimdeploy.errors import ToolMissing
from slimdeploy.tools.command import Command, ToolFailed, run

TOOLS = {
    "go": ("go", "env", "GOVERSION"),
    "buildah": ("buildah", "--version"),
    "skopeo": ("skopeo", "--version"),
    "podman": ("podman", "--version"),
}


MAKEFILE = (option("--makefile", is_flag=True, help="Only the path of the include for a Makefile: include $(...)."),)


@verb("version", MAKEFILE)
def command(output: Output, flags: Flags, makefile: bool) -> None:  # noqa: ARG001, FBT001 - click calls by name
    """Print the versions of slimdeploy and of the tools it uses."""
    if makefile:
        path = str(Path(slimdeploy.__file__).with_name("slimdeploy.mk"))
        output.result(path, {"makefile": path})
        return
    found = {"slimdeploy": version("slimdeploy")} | {tool: _of(argv) for tool, argv in TOOLS.items()}
    output.result("\n".join(f"{tool:<10}  {text or 'not installed'}" for tool, text in found.items()), found)


def _of(argv: tuple[str, ...]) -> str | None:
    try:
        return (
            run(Command(argv, timeout=10)).strip().removeprefix(f"{argv[0]} version ").removeprefix("go").split(" ")[0]
        )
    except (ToolMissing, ToolFailed):
        return None
