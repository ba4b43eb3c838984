"""slim.toml -> Config."""

from __future__ import annotations

import tomllib
from pathlib import Path

from slimdeploy.config.model import Config
from slimdeploy.errors import UnreadableFile

FILE = "slim.toml"


def find(start: Path) -> Path | None:
    """The slim.toml of a project folder."""
    path = start / FILE
    return path if path.is_file() else None


def default_config() -> Config:
    """What holds when there is no slim.toml."""
    return Config()


def load(path: Path, *, profile: str | None = None) -> Config:
    """Read slim.toml, with a profile over it."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UnreadableFile(f"{path}: {error.strerror}") from None
    profiles = document.pop("profiles", {})
    return Config.model_validate(_merged(document, profiles.get(profile, {}) if profile else {}))


def _merged(under: dict[str, object], over: dict[str, object]) -> dict[str, object]:
    result = dict(under)
    for key, value in over.items():
        old = result.get(key)
        result[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return result
