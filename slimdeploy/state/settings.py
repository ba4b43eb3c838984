"""slim.toml as it was read before: the same text gives the same settings, without the rules in slimdeploy/config."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from slimdeploy import config
from slimdeploy.config.settings import Loaded, dump, parse
from slimdeploy.config.source import read_text, shown_name
from slimdeploy.errors import UnreadableFile
from slimdeploy.state.answers import Answers
from slimdeploy.state.places import project_folder


def read(project: Path, file: Path | None, profile: str | None = None) -> Loaded:
    """What the file says with a profile laid over it; without a file, the defaults.

    Only what is valid is kept. Raises UnreadableFile, ConfigError.
    """
    text = read_text(file) if file else ""
    question = "\0".join((shown_name(file) if file else "", repr(profile), text))
    kept = _kept(project)
    if kept and (answer := kept.get(question)):
        with suppress(ValueError):  # it is damaged
            return parse(answer)
    from slimdeploy.config.reader import check_text

    loaded = check_text(text, shown_name(file) if file else "", profile)
    if kept:
        with suppress(OSError):  # a full disk, or `cache prune` just now
            kept.keep({question: dump(loaded)})
    return loaded


def _kept(project: Path) -> Answers | None:
    """None where nothing can be kept: whoever needs the cache says so."""
    with suppress(OSError, UnreadableFile):
        return Answers(project_folder(project) / "settings", _rules())
    return None


def _rules() -> str:
    """What tells the rules apart from those of another slimdeploy: names, sizes and times, as Python's own .pyc do."""
    with os.scandir(Path(config.__path__[0])) as found:
        files = sorted((each.name, each.stat()) for each in found if each.name.endswith(".py"))
    return "\n".join(f"{name} {status.st_size} {status.st_mtime_ns}" for name, status in files)
