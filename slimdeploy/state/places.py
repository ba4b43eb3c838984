"""Where things are kept: the XDG cache folder, one folder a project."""

from __future__ import annotations

import hashlib
from pathlib import Path

import platformdirs

from slimdeploy.errors import UnreadableFile


def cache() -> Path:
    """Our cache folder, made if it is missing."""
    folder = platformdirs.user_cache_path("slimdeploy")
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UnreadableFile(
            f"the cache folder {folder} cannot be made: {error.strerror}", hint="XDG_CACHE_HOME names another place"
        ) from None
    return folder


def project_folder(project: Path) -> Path:
    """The cache of one project, by its real path."""
    name = hashlib.sha256(str(project.resolve()).encode()).hexdigest()[:16]
    folder = cache() / "projects" / name
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder
