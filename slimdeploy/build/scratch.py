"""Strategy scratch: go of this machine compiles, and the image holds the program and what it needs, nothing else."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.artifacts.build import Base
from slimdeploy.artifacts.plan import Platform
from slimdeploy.tools.go import Go
from slimdeploy.tools.go_places import Place


class Scratch:
    """Nothing lies below. `timeout` is the seconds that one call of go may take; `place` where it runs."""

    def __init__(self, timeout: float | None = None, place: Place | None = None) -> None:
        self.timeout = timeout
        self.place = place

    def go(self, project: Path, temporary: Path | None = None) -> Go:
        """This machine's."""
        return Go(project, temporary, timeout=self.timeout, place=self.place)

    def base(self, platform: Platform) -> Base | None:  # noqa: ARG002 - of the interface
        """None, for every platform."""
        return None
