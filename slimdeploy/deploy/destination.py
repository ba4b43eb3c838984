"""What the pipeline needs of a target; cluster.py and local.py are the two that there are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy import Applied, Changes, ObjectRef, Release
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

    def before_writing(self, changes: Changes, report: Report) -> None:
        """Say what will be written, and refuse it if that is not allowed."""

    def apply(self, changes: Changes, delivered: Delivered) -> Applied:
        """Write the pending changes."""

    def rollout(self, applied: Applied, delivered: Delivered, step: Step) -> Release:
        """Wait until the new copies serve. Raises RolloutFailed as soon as that is hopeless."""

    def status(self) -> Status:
        """What runs now."""

    def logs(self, *, tail: int, follow: bool, sink: Callable[[str], None]) -> None:
        """Hand the app's log lines to `sink`."""

    def down(self, step: Step) -> tuple[ObjectRef, ...]:
        """Remove everything that `up` made, and wait until it is gone."""
