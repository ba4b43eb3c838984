"""Finds the processes of one test among all of this machine: each sleeps for a time that nobody else does."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from pathlib import Path

from tests.waiting import PATIENCE, comes_true


def unique_seconds() -> str:
    """How long to sleep: nobody else sleeps for exactly so long, so the process can be found by it.

    Far longer than anybody here waits: who is gone was ended.
    """
    return f"300.{secrets.randbelow(10**9):09}"


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
    """Whether there are so many processes with each mark, in a while."""
    return comes_true(lambda: all(len(alive(mark)) >= count for mark in marks))


def gone(mark: str, seconds: float = PATIENCE) -> bool:
    """Whether no process with this mark is left, in a while."""
    return comes_true(lambda: not alive(mark), seconds)
