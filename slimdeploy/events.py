"""What can be reported while the chain runs, as values: steps emit them, one sink in ui/ shows them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from slimdeploy.records import frozen


@frozen
class StepStarted:
    """A step of the chain begins."""

    step: str


@frozen
class StepDone:
    """A step ended well. `seconds` is wall time; `summary` says what came out."""

    step: str
    seconds: float
    summary: str


@frozen
class StepFailed:
    """A step ended with an error, which is reported by itself."""

    step: str
    seconds: float


@frozen
class Waiting:
    """The state of a step that is still going on, replaced by the next one."""

    step: str
    state: str


@frozen
class Note:
    """Something worth knowing that is no error."""

    text: str


@frozen
class Warned:
    """Something that should be looked at."""

    text: str


@frozen
class Failed:
    """What failed and why, before something is done about it. The error at the end repeats it."""

    what: str
    details: tuple[str, ...]


@frozen
class ToolOutput:
    """One line that an outside program printed (shown with -v)."""

    tool: str
    line: str


Event = StepStarted | StepDone | StepFailed | Waiting | Note | Warned | Failed | ToolOutput
Report = Callable[[Event], None]


class Once:
    """Lets each note and warning through once: several platforms have the same to say."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.said: set[Event] = set()

    def __call__(self, event: Event) -> None:
        """Pass it on, unless it was said before."""
        if isinstance(event, Note | Warned):
            if event in self.said:
                return
            self.said.add(event)
        self.report(event)


class Valve:
    """Lets everything through until it is shut: a step that is ended because another one failed did not fail itself."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.shut = False

    def __call__(self, event: Event) -> None:
        """Pass it on, or drop it."""
        if not self.shut:
            self.report(event)


@dataclass
class Step:
    """A running step; what is put into `summary` is shown when it ends."""

    name: str
    report: Report
    summary: str = ""
    started: float = field(default_factory=time.monotonic)

    def waiting(self, state: str) -> None:
        """Report the state of a step that takes long."""
        self.report(Waiting(self.name, state))


@contextmanager
def step(report: Report, name: str) -> Iterator[Step]:
    """Report the begin and the end of a step, with its wall time."""
    running = Step(name, report)
    report(StepStarted(name))
    try:
        yield running
    except BaseException:
        report(StepFailed(name, time.monotonic() - running.started))
        raise
    report(StepDone(name, time.monotonic() - running.started, running.summary))


def megabytes(size: int) -> str:
    """Bytes as people compare them: 5.8 MB (10^6, as registries count)."""
    return f"{size / 1e6:.1f} MB"


def amount(size: int) -> str:
    """In 10^6 or 10^3 bytes, as registries and `docker images` count."""
    return f"{size / 1e6:.2f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB" if size >= 1000 else f"{size} B "


def short(digest: str) -> str:
    """A digest as people read it."""
    return digest[:19]
