"""How a program comes into its image: which go compiles it, and what it is put onto. Three ways, one interface."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from slimdeploy.artifacts.build import Base
from slimdeploy.artifacts.plan import Pinned, Platform
from slimdeploy.build.builder import Builder
from slimdeploy.build.onto_base import OntoBase
from slimdeploy.build.pulling import Puller
from slimdeploy.build.scratch import Scratch
from slimdeploy.tools.go import Go


class Strategy(Protocol):
    """scratch, builder or base."""

    def go(self, project: Path, temporary: Path | None = None) -> Go:
        """The go that compiles."""

    def base(self, platform: Platform) -> Base | None:
        """What the program is put onto; None is nothing. Raises ImageFailed when it is not for this platform."""


def choose(builder: Pinned | None, base: Pinned | None, puller: Puller, sources: tuple[Path, ...]) -> Strategy:
    """By the images that it starts from. Nothing is pulled or started yet; `sources` is what go may read."""
    if builder is not None:
        return Builder(builder, base, puller, sources)
    return OntoBase(base, puller) if base is not None else Scratch()
