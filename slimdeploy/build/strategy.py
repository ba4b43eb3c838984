"""How a program comes into its image: which go compiles it, and what it is put onto. Three ways, one interface."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from slimdeploy.artifacts.build import Base
from slimdeploy.artifacts.plan import Pinned, Platform
from slimdeploy.build.scratch import Scratch
from slimdeploy.events import Report
from slimdeploy.records import frozen
from slimdeploy.tools.go import Go, host
from slimdeploy.tools.go_places import Place


class Strategy(Protocol):
    """scratch, builder or base."""

    def go(self, project: Path, temporary: Path | None = None) -> Go:
        """The go that compiles."""

    def base(self, platform: Platform) -> Base | None:
        """What the program is put onto; None is nothing. Raises ImageFailed when it is not for this platform."""


@frozen
class Start:
    """What a build starts from: images, the folders that go may read, the seconds that it may take; our own go."""

    builder: Pinned | None = None
    base: Pinned | None = None
    sources: tuple[Path, ...] = ()
    timeout: float | None = None
    place: Place | None = None


def choose(start: Start, work: Path, report: Report) -> Strategy:
    """By the images that it starts from. Nothing is pulled or started yet, and only what is needed is imported."""
    if start.builder is None and start.base is None:
        return Scratch(start.timeout, start.place)
    from slimdeploy.build.pulling import Below, Puller

    puller = Puller(work, report)
    below = Below(start.base, puller)
    if start.builder is None:
        from slimdeploy.build.onto_base import OntoBase

        return OntoBase(below, start.timeout, start.place)
    from slimdeploy.build.builder import Builder
    from slimdeploy.build.containers import Containers

    return Builder(Containers(start.builder, host(), puller), below, start.sources, start.timeout)
