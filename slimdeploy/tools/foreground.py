"""A program in the foreground: its output is ours, as it comes, and what is told to us is told to it.

It runs in a process group of its own: the terminal's Ctrl-C reaches us alone, and it once. It reads nothing. When we
are killed, the kernel tells it to end (prctl(2), PR_SET_PDEATHSIG). A second Ctrl-C, or the end of the grace, kills it.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from slimdeploy.tools import command
from slimdeploy.tools.command import Command

PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
NULL = (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0)


def run(wanted: Command, hint: str, grace: int) -> tuple[int, int | None]:
    """Run to the end: its exit code (negative: killed by that signal), and the signal that we were told to end by."""
    argv = (*ends_with_us(), command.require(wanted.argv[0], hint), *wanted.argv[1:])
    environment = command.environment(wanted.inherit) | dict(wanted.environment)
    child = os.posix_spawnp(argv[0], argv, environment, file_actions=[NULL], setpgroup=0)
    with _passing_signals_on(child, grace) as told:
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return code, told[0] if told else None


def ends_with_us() -> tuple[str, ...]:
    """What starts a program so that it does not outlive us, or the thread of ours that started it."""
    return ("setpriv", "--pdeathsig", "TERM") if shutil.which("setpriv") else ()


@contextmanager
def _passing_signals_on(child: int, grace: int) -> Iterator[list[int]]:
    told: list[int] = []

    def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        again = bool(told) or number == signal.SIGALRM
        os.kill(child, signal.SIGKILL if again else number)
        if not again:
            told.append(number)
            signal.alarm(grace)

    before = {number: signal.signal(number, handle) for number in (*PASSED_ON, signal.SIGALRM)}
    try:
        yield told
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)
