"""Finds slim.toml and reads its text: from a regular file, no device, no pipe that blocks, no more than 1 MiB."""

from __future__ import annotations

import codecs
import os
import stat
from pathlib import Path

from slimdeploy.errors import ConfigError, UnreadableFile
from slimdeploy.problems import Problem

MOST_BYTES = 1 << 20
FILE = "slim.toml"
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def find(start: Path) -> Path | None:
    """The slim.toml of a project folder, whatever it is: a broken one must not pass for none."""
    path = start / FILE
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise UnreadableFile(f"{shown_name(path)} cannot be read: {error.strerror}") from None
    return path


def read_text(path: Path) -> str:
    """The text of a regular file in UTF-8. Raises UnreadableFile, and ConfigError for its encoding."""
    data = _read(path)
    if len(data) > MOST_BYTES:
        raise UnreadableFile(f"{shown_name(path)}: file larger than 1 MiB", hint="is it the right file?")
    if data.startswith(UTF16):
        raise _wrong(path, "the file is UTF-16; save it as UTF-8")
    if data.startswith(codecs.BOM_UTF8):
        raise _wrong(path, "byte-order mark; save as UTF-8 without BOM")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
        raise _wrong(path, f"byte 0x{data[error.start]:02X} is not UTF-8", line, column) from None


def shown_name(path: Path) -> str:
    """The file as a person would type it here."""
    try:
        name = str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        name = str(path)
    return escaped(name)


def escaped(text: str) -> str:
    """Text that can go to a terminal: what does not print is shown as \\u001b."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() else _escape(each) for each in text)


def _escape(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _read(path: Path) -> bytes:
    name = shown_name(path)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
        with os.fdopen(descriptor, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise UnreadableFile(f"{name} is not a regular file", hint="a pipe, a socket, a device? See ls -l")
            return file.read(MOST_BYTES + 1)
    except IsADirectoryError:
        raise UnreadableFile(f"{name} is a folder", hint="name the slim.toml in it") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise UnreadableFile(f"{name} cannot be read: {reason}", hint=_link(path, error)) from None


def _link(path: Path, error: Exception) -> str:
    """What to look at when there is no such file, and yet something of that name."""
    dangling = isinstance(error, FileNotFoundError) and path.is_symlink()
    return f"it is a symbolic link to {escaped(str(path.readlink()))}, which is not there" if dangling else ""


def _wrong(path: Path, message: str, line: int = 1, column: int = 1) -> ConfigError:
    return ConfigError([Problem(shown_name(path), line, column, column + 1, "", "encoding", message)])
