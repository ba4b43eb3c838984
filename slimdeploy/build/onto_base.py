"""Strategy base: go of this machine compiles, and the program goes onto an image that is pinned by digest.

The program is static all the same: what the base has of loaders and libraries is not looked at, so that its next
version, or none, does as well.
"""

from __future__ import annotations

from slimdeploy.artifacts.build import Base
from slimdeploy.artifacts.plan import Platform
from slimdeploy.build.pulling import Below
from slimdeploy.build.scratch import Scratch
from slimdeploy.tools.go_places import Place


class OntoBase(Scratch):
    """Compiled as for scratch; the base lies below."""

    def __init__(self, below: Below, timeout: float | None = None, place: Place | None = None) -> None:
        super().__init__(timeout, place)
        self.below = below

    def base(self, platform: Platform) -> Base | None:
        """The base for this platform, pulled once."""
        return self.below.base(platform)
