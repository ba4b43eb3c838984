"""What slim.toml refers to, and does not hold: the files of app.config, and the values of app.secrets.

Read once, without following any symbolic link, before anything is compiled. What is wrong is a finding at its key; a
value is in none of them.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from slimdeploy.artifacts.workload import ConfigFile, Contents, SecretValue
from slimdeploy.config.beneath import open_beneath
from slimdeploy.config.environment import LONGEST
from slimdeploy.config.refusal import KeyPath
from slimdeploy.config.secret_files import secret_content, secret_name

if TYPE_CHECKING:
    from slimdeploy.config import app as model
    from slimdeploy.config.secrets import SecretSource

MOST_BYTES = 1 << 20
"""Of all files, and of all secrets: a ConfigMap and a Secret hold 1 MiB (validation.go, MaxSecretSize)."""
Finding = tuple[KeyPath, str, str]


@dataclass
class Reading:
    """What was read, what is wrong with it, and what should be looked at."""

    config: list[ConfigFile] = field(default_factory=list)
    secrets: list[SecretValue] = field(default_factory=list)
    wrong: list[Finding] = field(default_factory=list)
    cautions: list[tuple[KeyPath, str]] = field(default_factory=list)

    @property
    def contents(self) -> Contents:
        """All of it, in an order that does not depend on slim.toml's."""
        return Contents(
            tuple(sorted(self.config, key=lambda each: each.target)),
            tuple(sorted(self.secrets, key=lambda each: each.name)),
        )


class Unfit(Exception):
    """Why a file or a value cannot be taken, and what to do."""

    def __init__(self, why: str, hint: str = "") -> None:
        super().__init__(why)
        self.hint = hint


def read_contents(project: Path, app: model.App) -> Reading:
    """Everything that [app] refers to."""
    reading, keys = Reading(), _keys(app)
    for index, each in enumerate(app.config):
        try:
            content = _file(project, each.source)
            if not each.allow and (secret_name(each.source.rpartition("/")[2]) or secret_content(content)):
                raise Unfit("looks like a secret", "put it into [app.secrets], or allow = true if it is none")
            reading.config.append(ConfigFile(next(keys), each.target, content))
        except Unfit as unfit:
            reading.wrong.append((("app", "config", index, "from"), str(unfit), unfit.hint))
    for name, source in app.secrets.items():
        try:
            if source.existing is None:
                reading.secrets.append(SecretValue(name, _value(project, source, reading, ("app", "secrets", name))))
        except Unfit as unfit:
            reading.wrong.append((("app", "secrets", name), str(unfit), unfit.hint))
    _check_sizes(reading)
    return reading


def _keys(app: model.App) -> Iterator[str]:
    """A name for each file in the ConfigMap: its own, with a number where two have the same."""
    names = Counter[str]()
    for each in app.config:
        plain = "".join(c if c.isascii() and (c.isalnum() or c in "-._") else "_" for c in each.target.split("/")[-1])
        names[plain] += 1
        yield plain if names[plain] == 1 else f"{plain}-{names[plain]}"


def _file(project: Path, path: str) -> bytes:
    if set(path) & set("*?["):
        raise Unfit("expected one file, not a glob")
    if (project / path).is_symlink():
        raise Unfit(f"is a symbolic link to {(project / path).readlink()}", "name the file itself")
    try:
        with open_beneath(project, path) as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        if (project / path).is_dir():
            raise Unfit("is a folder", "name each file") from None
        raise Unfit(f"{path} cannot be read: {error.strerror}", "only files of the project, without links") from None
    if len(content) > MOST_BYTES:
        raise Unfit("larger than 1 MiB", "put it into the image: image.files")
    return content


def _value(project: Path, source: SecretSource, reading: Reading, at: KeyPath) -> str:
    if source.from_env is not None:
        value = os.environ.get(source.from_env)
        if value is None:
            raise Unfit(f"environment variable {source.from_env} is not set")
    else:
        value = _from_file(project, str(source.from_file), source, reading, at=at)
    if not value and not source.allow_empty:
        raise Unfit("the value is empty", "allow_empty = true if that is meant")
    if "\0" in value or any("\udc80" <= each <= "\udcff" for each in value):
        raise Unfit("the value is no text, and a variable can hold nothing else")
    if len(value.encode()) > LONGEST:
        raise Unfit(f"{len(value.encode()):,} bytes, at most {LONGEST:,}")
    return value


def _from_file(project: Path, path: str, source: SecretSource, reading: Reading, *, at: KeyPath) -> str:
    value = _file(project, path).decode(errors="surrogateescape")
    if (project / path).stat().st_mode & 0o004:
        reading.cautions.append((at, f"{path} can be read by everybody on this machine (chmod 600)"))
    if source.trim:
        return value.rstrip("\r\n")
    if value.endswith("\n"):
        reading.cautions.append(
            (at, "the line break at the end of the file is part of the value; trim = true drops it")
        )
    return value


def _check_sizes(reading: Reading) -> None:
    config = sum(len(each.content) for each in reading.config)
    secrets = sum(len(each.value.encode(errors="replace")) for each in reading.secrets)
    for name, size in (("config", config), ("secrets", secrets)):
        if size > MOST_BYTES:
            reading.wrong.append((("app", name), f"{size:,} bytes in all, at most {MOST_BYTES:,}", ""))
