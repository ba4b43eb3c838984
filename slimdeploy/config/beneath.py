"""A file below a folder, reached without any symbolic link (O_NOFOLLOW), never waiting for a pipe.

A path that was looked at before may be a link by now: only what is open is certain.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def open_beneath(root: Path, path: str) -> BinaryIO:
    """A regular file below `root`. Raises OSError."""
    *folders, name = path.split("/")
    place = os.open(root, FOLDER)
    try:
        for each in folders:
            inner = os.open(each, FOLDER | os.O_NOFOLLOW, dir_fd=place)
            os.close(place)
            place = inner
        descriptor = os.open(name, FILE | os.O_NOFOLLOW, dir_fd=place)
    finally:
        os.close(place)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(0, "not a regular file")
    return os.fdopen(descriptor, "rb")
