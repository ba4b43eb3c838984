"""What happens when we are told to stop: by Ctrl-C, by TERM or HUP, or by a time limit.

The programs that we started end first, then we do. That travels as a BaseException: as an Exception it was taken by
others for a failure of theirs (elftools' parser, `inspect` in sh), and the run went on, or ended with another code.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from types import CodeType, FrameType

from slimdeploy.errors import DeadlineExceeded, Interrupted, SlimdeployError, Terminated
from slimdeploy.tools.command import start
from slimdeploy.tools.running import terminate_all

_told: list[SlimdeployError] = []
Handler = Callable[[int, FrameType | None], None]
AGAIN_SECONDS = 0.02


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
    def stop(number: int, frame: FrameType | None) -> None:
        signal.signal(number, lambda *_: os._exit(reason.code))
        _told.append(reason)
        terminate_all()
        _raise(reason, frame)

    return stop


def _raise(reason: SlimdeployError, frame: FrameType | None) -> None:
    """Raise in the main thread; but in a finalizer, where Python drops what is raised, a moment later instead."""
    codes = list(_codes(frame))
    if start.__code__ in codes:  # the program that is being started is ended, and that ends the run
        return
    if all(code.co_name != "__del__" for code in codes):
        raise Stopped(reason)
    signal.signal(signal.SIGALRM, lambda _, now: _raise(reason, now))
    signal.setitimer(signal.ITIMER_REAL, AGAIN_SECONDS)


def _codes(frame: FrameType | None) -> Iterator[CodeType]:
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back
