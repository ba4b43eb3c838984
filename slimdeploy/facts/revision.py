"""Which source a release is of, for its record: asked only when one is made."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.tools.git import commit, describe


def source_revision(project: Path) -> str:
    """What git calls it, with the commit and "-dirty" for changes that are in none; empty outside of git."""
    name, full = describe(project), commit(project)
    return "" if not name else name if not full or full[:7] in name else f"{name} {full[:12]}"
