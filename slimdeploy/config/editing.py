"""Writes one key into slim.toml, and leaves everything else as it is: comments, order, spacing (tomlkit).

What was written is read again before it replaces the file: a document that tomlkit cannot edit well is not damaged.
"""

from __future__ import annotations

import os
import tempfile
import tomllib
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

from slimdeploy.config.profiles import Document
from slimdeploy.config.source import read_text, shown_name
from slimdeploy.errors import UnreadableFile


def set_key(path: Path, keys: tuple[str, ...], value: str) -> bool:
    """Set a dotted key, and make its tables as needed; False if it has that value. Raises UnreadableFile."""
    text = read_text(path)
    if _value(tomllib.loads(text), keys) == value:
        return False
    changed = _edited(text, keys, value)
    if not changed:
        line = f'{".".join(keys)} = "{value}"'
        raise UnreadableFile(f"{shown_name(path)} cannot be edited safely", hint=f"write this line yourself: {line}")
    _replace(path, changed)
    return True


def _edited(text: str, keys: tuple[str, ...], value: str) -> str:
    """The new text; empty if it does not say exactly what it should."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        document = tomlkit.parse(text)
        table: MutableMapping[str, Any] = document
        for key in keys[:-1]:
            table = table.setdefault(key, tomlkit.table())
        table[keys[-1]] = value
        changed = tomlkit.dumps(document)
        found = tomllib.loads(changed)
    except (TOMLKitError, ValueError, TypeError, AttributeError):
        return ""
    return changed if found == _with(tomllib.loads(text), keys, value) else ""


def _with(document: Document, keys: tuple[str, ...], value: str) -> Document:
    inner = _with(document.get(keys[0], {}), keys[1:], value) if len(keys) > 1 else value
    return document | {keys[0]: inner}


def _value(document: Document, keys: tuple[str, ...]) -> object:
    found: object = document
    for key in keys:
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _replace(path: Path, text: str) -> None:
    """All or nothing, with the file's own mode; a link stays one."""
    target = path.resolve()
    try:
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            file.write(text)
        Path(name).chmod(target.stat().st_mode & 0o7777)
        Path(name).replace(target)
    except OSError as error:
        raise UnreadableFile(f"{shown_name(path)} cannot be written: {error.strerror}") from None
