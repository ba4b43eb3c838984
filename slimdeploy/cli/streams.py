"""The standard streams as they may be: closed before we start, full, or with nobody at the other end.

One that is closed is /dev/null: Python has None for it, and the next file that is opened would get its number. What
cannot be written is given up, or the interpreter would try it once more at its end, and change the exit code.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

from slimdeploy.errors import DiskFull

STANDARD = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))


def open_missing() -> None:
    """Put /dev/null where a standard stream is closed."""
    while (descriptor := os.open(os.devnull, os.O_RDWR)) < len(STANDARD):
        os.set_inheritable(descriptor, True)  # noqa: FBT003 - the programs that we start have the same three
    os.close(descriptor)
    for number, (name, mode) in enumerate(STANDARD):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def write(text: str) -> bool:
    """To stdout; False when nobody reads any more, as `head` does: that is no failure. Raises DiskFull."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _give_up(sys.stdout)
        return False
    except OSError as error:
        _give_up(sys.stdout)
        raise DiskFull(f"stdout cannot be written: {error.strerror}") from None
    return True


def unwritten(error: OSError) -> DiskFull:
    """What could not be written (which Python tells only of a file being opened), and why."""
    return DiskFull(f"{error.filename or 'what was to be kept or printed'} cannot be written: {error.strerror}")


def settle() -> None:
    """Write what is still held back, for the last time."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _give_up(stream)


def _give_up(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
