"""Where the user's own files are (XDG Base Directory Specification 0.8). platformdirs would take 4 ms to import."""

from __future__ import annotations

import os
from pathlib import Path

from slimdeploy.errors import UnreadableFile


def cache_home() -> Path:
    """What can be made again. Raises UnreadableFile without a home folder, as do the others."""
    return _place("XDG_CACHE_HOME", ".cache")


def config_home() -> Path:
    """What the user has set."""
    return _place("XDG_CONFIG_HOME", ".config")


def state_home() -> Path:
    """What should outlive a run."""
    return _place("XDG_STATE_HOME", ".local/state")


def _place(variable: str, usual: str) -> Path:
    given = os.environ.get(variable, "")
    if given.startswith("/"):  # "all paths must be absolute"; another one is ignored
        return Path(given)
    try:
        return Path.home() / usual
    except RuntimeError:
        raise UnreadableFile("this user has no home folder", hint=f"HOME or {variable} names one") from None
