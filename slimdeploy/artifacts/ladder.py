"""The article's ladder, for one program: the same binary on ever smaller bases, and what each rung costs."""

from __future__ import annotations

from slimdeploy.records import frozen


@frozen
class Rung:
    """One image. `base` is empty for scratch. Sizes in bytes, times in seconds; None: not measured, `note` says why."""

    name: str
    base: str
    about: str
    size: int | None = None
    compressed_size: int | None = None
    push: float | None = None
    pull: float | None = None
    start: float | None = None
    note: str = ""

    @property
    def skipped(self) -> bool:
        """Whether there is no image at all: its base could not be had."""
        return self.size is None

    @property
    def cold_start(self) -> float | None:
        """Pull and start: what a node that has never seen the image takes."""
        return self.pull + self.start if self.pull is not None and self.start is not None else None


@frozen
class Ladder:
    """All rungs, the largest base first, and how push and pull were measured."""

    app: str
    way: str
    rungs: tuple[Rung, ...]
