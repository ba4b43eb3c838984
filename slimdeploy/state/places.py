"""Where things are kept: the XDG cache folder, one folder a project."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from slimdeploy.errors import UnreadableFile
from slimdeploy.tools.places import cache_home

NAMED = "project"
ELSEWHERE = "XDG_CACHE_HOME names another place"


def cache() -> Path:
    """Our cache folder, made if it is missing."""
    folder = cache_home() / "slimdeploy"
    if ":" in str(folder):
        raise UnreadableFile(
            f"the cache folder {folder} has a colon in its name: buildah takes it for an end", hint=ELSEWHERE
        )
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise UnreadableFile(f"the cache folder {folder} cannot be made: {error.strerror}", hint=ELSEWHERE) from None
    return folder


def projects() -> Path:
    """Where the folders of all projects are."""
    folder = cache() / "projects"
    folder.mkdir(exist_ok=True, mode=0o700)
    return folder


def local_folder(app: str) -> Path:
    """What the containers of one app on this machine have mounted."""
    folder = cache() / "local" / app
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def project_folder(project: Path) -> Path:
    """The cache of one project, by its real path, which it names for people."""
    path = str(project.resolve())
    folder = projects() / hashlib.sha256(path.encode(errors="surrogateescape")).hexdigest()[:16]
    named = folder / NAMED
    with suppress(FileNotFoundError, FileExistsError):  # `cache prune` removes it just now; a lock makes it again
        folder.mkdir(exist_ok=True, mode=0o700)
        if not named.exists():
            named.write_text(path, encoding="utf-8", errors="surrogateescape")
    return folder
