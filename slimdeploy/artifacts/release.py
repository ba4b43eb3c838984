"""What is remembered of a release: who, when, from which source, what came of it."""

from __future__ import annotations

from enum import StrEnum

from slimdeploy.records import frozen


class Outcome(StrEnum):
    """What came of a release. `applying` is a fact and no lock: its run may have died."""

    APPLYING = "applying"
    DEPLOYED = "deployed"
    FAILED = "failed"
    ROLLING_BACK = "rolling-back"
    ROLLED_BACK = "rolled-back"
    INTERRUPTED = "interrupted"
    """Ended before it was known whether it serves, or for a reason that is not its own."""
    SUPERSEDED = "superseded"
    DELETED = "deleted"
    """Somebody else's release over it, or its Deployment gone, before it served: not its own doing, either."""
    DAMAGED = "damaged"


UNFINISHED = frozenset({Outcome.APPLYING, Outcome.ROLLING_BACK})
BAD = frozenset({Outcome.FAILED, Outcome.ROLLED_BACK, Outcome.ROLLING_BACK})


@frozen
class Facts:
    """What is true of a release from its beginning."""

    when: str
    who: str
    revision: str
    image: str
    reason: str
    changed: tuple[str, ...]
    kinds: tuple[str, ...]
    hashed: tuple[str, ...]
    """The objects whose content is not stored here, as kind/name."""
    intent: str
    """One value for everything that was to be applied."""


@frozen
class Record:
    """One release in the history. `seconds` is None until its outcome is known."""

    number: int
    facts: Facts
    outcome: Outcome
    seconds: float | None = None
    note: str = ""
    uid: str = ""

    @property
    def digest(self) -> str:
        """The image's digest."""
        return self.facts.image.rpartition("@")[2]


@frozen
class Order:
    """How a release is to be made: who waits how long for whom, and what happens when it fails."""

    reason: str = "up"
    revision: str = ""
    lock_wait: float = 0.0
    rollback: bool = True
    retry: bool = True
