"""Waiting for what has to come. It ends as soon as that is there, so the limits are for what never comes."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from slimdeploy.facts.source import SETTLED

PATIENCE = 60.0
"""Seconds: far more than anything takes on a machine that is busy with other tests."""
Found = TypeVar("Found")


def comes_true(condition: Callable[[], object], seconds: float = PATIENCE) -> bool:
    """Whether it holds, or does within so many seconds."""
    deadline = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return bool(holds)


def until(what: str, condition: Callable[[], Found]) -> Found:
    """What the condition gives as soon as that is something; if that never comes, `what` was missed."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {PATIENCE:.0f} s: {what}")
        time.sleep(0.1)
    return found


def settle(*folders: Path) -> None:
    """Wait as a person would: of files that were written in this very moment, slimdeploy remembers nothing."""
    written = (each.lstat().st_ctime for folder in folders for each in folder.rglob("*"))
    time.sleep(max(max(written, default=0.0) + 2 * SETTLED - time.time(), 0))
