"""Tries again what may work in a moment: ours, since skopeo repeats a 401 and gives up after one 503.

Between tries 1, 2, 4, ... seconds, each with up to a quarter more, so that many clients do not come back at once. A
Retry-After is honoured by skopeo itself (containers/image waits up to 60 s for it, five times), inside of one try.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from itertools import count
from typing import TypeVar

from slimdeploy.events import Note, Step
from slimdeploy.tools.command import ToolFailed, ToolTimeout
from slimdeploy.tools.registry_errors import FOR_EVER, reason_for, said

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
Result = TypeVar("Result")


def persist(attempt: Callable[[float], Result], seconds: float, step: Step) -> Result:
    """The result of `attempt`, which is told how many of the seconds are left. Raises the last ToolFailed."""
    end = time.monotonic() + seconds
    for number in count(1):
        try:
            return attempt(max(end - time.monotonic(), 0.1))
        except ToolFailed as failure:
            pause = pause_after(failure, number)
            if pause is None or time.monotonic() + pause >= end:
                raise
            step.report(Note(_again(failure, number, pause)))
            time.sleep(pause)
    raise AssertionError


def pause_after(failure: ToolFailed, number: int) -> float | None:
    """How long to wait after try `number`; None when it is not worth another."""
    if number >= reason_for(failure).tries:
        return None
    return min(FIRST_PAUSE * 2.0 ** (number - 1), LONGEST_PAUSE) * random.uniform(1, 1.25)  # noqa: S311 - no secret


def _again(failure: ToolFailed, number: int, pause: float) -> str:
    tries = reason_for(failure).tries
    most = "" if tries == FOR_EVER else f" of {tries}"
    cause = failure.what if isinstance(failure, ToolTimeout) else said(failure).rpartition(": ")[2].strip(", ")
    return f"registry: {cause}; again in {pause:.1f} s (try {number + 1}{most})"
