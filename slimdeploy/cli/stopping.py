"""What happens when we are told to stop: by Ctrl-C, by TERM or HUP, or by a time limit.

The programs that we started end first, then we do. That travels as a BaseException: as an Exception it was taken by
others for a failure of theirs (elftools' parser, `inspect` in sh), and the run went on, or ended with another code.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import NoReturn

from slimdeploy.errors import DeadlineExceeded, Interrupted, SlimdeployError, Terminated

_told: list[SlimdeployError] = []
Handler = Callable[[int, FrameType | None], NoReturn]


class Stopped(BaseException):
    """We were told to stop; `reason` is what to say and the exit code."""

    def __init__(self, reason: SlimdeployError) -> None:
        super().__init__(reason.what)
        self.reason = reason


def told() -> SlimdeployError | None:
    """Why we were told to stop, if we were: what fails after that is the consequence."""
    return _told[0] if _told else None


def handle_signals() -> None:
    """Ctrl-C and TERM end the programs that we started, then us. A second one ends us at once."""
    signal.signal(signal.SIGINT, _stopper(Interrupted("interrupted")))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stopper(Terminated(f"ended by {number.name}")))


def stop_after(seconds: float) -> None:
    """The same once so many seconds are over."""
    hint = "--deadline sets the limit; the next run goes on from here"
    signal.signal(signal.SIGALRM, _stopper(DeadlineExceeded(f"not done after {seconds:g} s", hint=hint)))
    signal.setitimer(signal.ITIMER_REAL, seconds)


def _stopper(reason: SlimdeployError) -> Handler:
    def stop(number: int, frame: FrameType | None) -> NoReturn:  # noqa: ARG001
        from slimdeploy.tools.command import terminate_all

        signal.signal(number, lambda *_: os._exit(reason.code))
        _told.append(reason)
        terminate_all()
        raise Stopped(reason)

    return stop
