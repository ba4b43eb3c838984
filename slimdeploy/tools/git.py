"""git, for the version of a source tree. Its absence is no error."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.errors import ToolMissing
from slimdeploy.tools.command import Command, ToolFailed, run


def describe(folder: Path) -> str | None:
    """`git describe --tags --always --dirty`; None outside of git, without git, or in a folder of somebody else."""
    try:
        argv = ("git", "-C", str(folder), "describe", "--tags", "--always", "--dirty")
        return run(Command(argv, timeout=10)).strip() or None
    except (ToolFailed, ToolMissing):
        return None
