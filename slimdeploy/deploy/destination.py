"""What the pipeline needs of a target; cluster.py and local.py are the two that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy import Changes, ObjectRef, Release
from slimdeploy.artifacts.release import Order, Record
from slimdeploy.events import Report, Step


@dataclass(frozen=True)
class Instance:
    """One running copy of the app: a pod or a container."""

    name: str
    state: str
    ready: bool
    restarts: int
    image: str


@dataclass(frozen=True)
class Status:
    """What runs now. `image` is repository@digest, empty when nothing is deployed."""

    app: str
    target: str
    image: str
    wanted: int
    instances: tuple[Instance, ...]
    url: str = ""

    @property
    def ready(self) -> int:
        """How many copies serve."""
        return sum(instance.ready for instance in self.instances)


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

    def logs(self, *, tail: int, follow: bool, sink: Callable[[str], None]) -> None:
        """Hand the app's log lines to `sink`."""

    def down(self, order: Order, volumes: bool, step: Step) -> tuple[ObjectRef, ...]:  # noqa: FBT001
        """Remove everything that `up` made, and wait until it is gone."""
