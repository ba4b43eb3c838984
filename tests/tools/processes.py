"""Finds the processes of one test among all of this machine: each sleeps for a time that nobody else does."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable
from pathlib import Path


def unique_seconds() -> str:
    """How long to sleep: nobody else sleeps for exactly so long, so the process can be found by it."""
    return f"20.{secrets.randbelow(10**9):09}"


def alive(mark: str) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = file.read_bytes()
        except OSError:
            continue
        if mark.encode() in words:
            found.append(words.decode())
    return found


def all_started(marks: Iterable[str], count: int) -> bool:
    """Whether there are so many processes with each mark, within five seconds."""
    deadline = time.monotonic() + 5
    while any(len(alive(mark)) < count for mark in marks):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def gone(mark: str, seconds: float = 1.0) -> bool:
    """Whether no process with this mark is left, within a second."""
    deadline = time.monotonic() + seconds
    while alive(mark) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not alive(mark)
