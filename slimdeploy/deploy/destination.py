"""What the pipeline needs of a target; cluster.py and local.py are the two that there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy import Changes, ObjectRef, Release
from slimdeploy.artifacts.release import Order, Record
from slimdeploy.artifacts.status import Status
from slimdeploy.events import Report, Step
from slimdeploy.records import frozen


@frozen
class LogWish:
    """Which lines are wanted: the last `tail` of each copy, of the last `since` seconds, of the run before this one, of
    one process (""; all).
    """

    tail: int
    follow: bool = False
    since: float | None = None
    previous: bool = False
    process: str = ""


@frozen
class LogLine:
    """One line, of which copy, and when, if that is known."""

    source: str
    text: str
    time: str = ""


@frozen
class PortPair:
    """A port on 127.0.0.1 (0: any that is free) and the port of the app that it leads to."""

    here: int
    there: int


@frozen
class DebugWish:
    """Which image with tools, what is run in it (nothing: what it runs), in which copy, of which process ("": any)."""

    image: str
    command: tuple[str, ...] = ()
    pod: str = ""
    process: str = ""
    tty: bool = False


class Session(Protocol):
    """A container with tools that runs."""

    def interact(self) -> int:
        """Connect it with this terminal until it ends; its exit code."""

    def collect(self, sink: Callable[[str], object]) -> int:
        """Wait until it ends, and hand on what it printed; its exit code."""


class Destination(Protocol):
    """Where an app runs."""

    def diff(self, image: str) -> Changes:
        """What `up` would write, for this image (repository@digest). Writes nothing."""

    def release(self, changes: Changes, delivered: Delivered, order: Order, report: Report) -> Release:
        """Say what will be written, refuse it if that is not allowed, write it, and wait until the new copies serve.

        Raises RolledBack, or RolloutFailed when that was not possible, as soon as waiting is hopeless.
        """

    def rollback(self, number: int | None, order: Order, report: Report) -> Release:
        """Make a release of a former one: of that which served before the present one, without a number."""

    def history(self) -> tuple[Record, ...]:
        """The releases so far, the newest first."""

    def between(self, one: int, other: int) -> Changes:
        """What going from one release to another changes."""

    def status(self) -> Status:
        """What runs now."""

    def copies(self, process: str) -> tuple[str, ...]:
        """The names of what prints: of one process, or of all (""). Raises UsageError for one that is not there."""

    def logs(self, wish: LogWish, sink: Callable[[LogLine], bool]) -> None:
        """Hand the app's log lines to `sink`, until it says that nobody wants any more."""

    def restart(self, process: str, order: Order, step: Step) -> int:
        """Start every copy anew, or those of one process, and wait until they serve; how many do."""

    def port_forward(self, ports: Sequence[PortPair], process: str, say: Callable[[str], None]) -> None:
        """Connect ports of this machine with the app's, or those of one process, until we are stopped."""

    def debug(self, wish: DebugWish, step: Step) -> Session:
        """Put a container with tools beside a running copy."""

    def down(self, order: Order, volumes: bool, step: Step) -> tuple[ObjectRef, ...]:  # noqa: FBT001
        """Remove everything that `up` made, and wait until it is gone."""
