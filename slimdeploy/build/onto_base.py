"""Strategy base: go of this machine compiles, and the program goes onto an image that is pinned by digest.

The program is static all the same: what the base has of loaders and libraries is not looked at, so that its next
version, or none, does as well.
"""

from __future__ import annotations

from pathlib import Path

from slimdeploy.artifacts.build import Base
from slimdeploy.artifacts.plan import Pinned, Platform
from slimdeploy.build.pulling import Puller
from slimdeploy.tools.go import Go


class OntoBase:
    """The base lies below."""

    def __init__(self, pinned: Pinned, puller: Puller) -> None:
        self.pinned = pinned
        self.puller = puller

    def go(self, project: Path, temporary: Path | None = None) -> Go:
        """This machine's."""
        return Go(project, temporary)

    def base(self, platform: Platform) -> Base | None:
        """The base for this platform, pulled once."""
        return self.puller.base(self.pinned, platform)
