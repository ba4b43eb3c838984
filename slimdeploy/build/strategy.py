"""How a program comes into its image: which go compiles it, and what it is put onto. Three ways, one interface."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from slimdeploy.artifacts.build import Base
from slimdeploy.artifacts.plan import Pinned, Platform
from slimdeploy.build.builder import Builder
from slimdeploy.build.containers import Containers
from slimdeploy.build.onto_base import OntoBase
from slimdeploy.build.pulling import Below, Puller
from slimdeploy.build.scratch import Scratch
from slimdeploy.tools.go import Go, host


class Strategy(Protocol):
    """scratch, builder or base."""

    def go(self, project: Path, temporary: Path | None = None) -> Go:
        """The go that compiles."""

    def base(self, platform: Platform) -> Base | None:
        """What the program is put onto; None is nothing. Raises ImageFailed when it is not for this platform."""


@dataclass(frozen=True)
class Start:
    """What a build starts from: images, the folders that go may read, the seconds that it may take."""

    builder: Pinned | None = None
    base: Pinned | None = None
    sources: tuple[Path, ...] = ()
    timeout: float | None = None


def choose(start: Start, puller: Puller) -> Strategy:
    """By the images that it starts from. Nothing is pulled or started yet."""
    below = Below(start.base, puller)
    if start.builder is not None:
        return Builder(Containers(start.builder, host(), puller), below, start.sources, start.timeout)
    return OntoBase(below, start.timeout) if start.base is not None else Scratch(start.timeout)
