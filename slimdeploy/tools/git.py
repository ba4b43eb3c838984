"""git, for the version of a source tree. Its absence is no error."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.errors import ToolMissing
from slimdeploy.tools.command import Command, ToolFailed, run


def describe(folder: Path) -> str | None:
    """`git describe --tags --always --dirty`; None outside of git, without git, or in a folder of somebody else."""
    return _said(folder, "describe", "--tags", "--always", "--dirty")


def commit(folder: Path) -> str | None:
    """The hash of the commit that is checked out."""
    return _said(folder, "rev-parse", "HEAD")


def _said(folder: Path, *arguments: str) -> str | None:
    try:
        return run(Command(("git", "-C", str(folder), *arguments), timeout=10)).strip() or None
    except (ToolFailed, ToolMissing):
        return None
