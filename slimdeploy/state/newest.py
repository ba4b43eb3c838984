"""What is kept of many: the last few that were used."""

from __future__ import annotations

import shutil
from pathlib import Path


def keep_newest(folder: Path, most: int) -> None:
    """Remove what is in the folder, files and folders, but for the `most` with the newest time."""
    for old in sorted(folder.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)[most:]:
        if old.is_dir():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.unlink(missing_ok=True)
