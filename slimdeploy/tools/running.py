"""The programs that run now, and how they are ended."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from concurrent.futures import Future

    from slimdeploy.tools.command import Command

_running: dict[int, tuple[Any, Command]] = {}
_lock = threading.Lock()
_terminations: list[None] = []  # one entry a call of terminate_all


@contextmanager
def registered(running: Any, command: Command) -> Iterator[None]:  # noqa: ANN401 - sh has no types
    """Known as running, until it has ended."""
    with _lock:
        _running[id(running)] = running, command
    try:
        yield
    finally:
        with _lock:
            _running.pop(id(running), None)


def terminations() -> int:
    """How often everything was ended so far: who sees another number was starting a program meanwhile."""
    return len(_terminations)


def terminate_all() -> None:
    """End every program that still runs: called when we are told to stop."""
    _terminations.append(None)
    terminate(lambda _: True)


def terminate(which: Callable[[Command], bool]) -> None:
    """End some of them.

    A contained one is killed: it works in our folder only, and the first process of a pid namespace ignores SIGTERM.
    """
    for running, command in list(_running.values()):
        if which(command):
            with suppress(OSError, LookupError):
                running.signal_group(signal.SIGKILL if command.contained else signal.SIGTERM)


def end_all(answers: Collection[Future[Any]], end: Callable[[], None] = terminate_all) -> None:
    """End programs until nobody waits for one of them any more: one that is about to start is not there yet."""
    from concurrent.futures import wait

    while not all(each.done() for each in answers):
        end()
        wait(answers, timeout=0.05)
