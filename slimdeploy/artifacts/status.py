"""What `status` says: what runs, what ran and when, and what is not any more as it was released."""

from __future__ import annotations

from slimdeploy.records import frozen


@frozen
class Instance:
    """One running copy of a program: a pod or a container. `started` is when (RFC 3339), `node` is where."""

    name: str
    state: str
    ready: bool
    restarts: int
    image: str
    started: str = ""
    node: str = ""
    process: str = ""


@frozen
class Process:
    """One of the programs that run for good; `name` is what --process takes."""

    name: str
    wanted: int
    ready: int


@frozen
class Run:
    """One run of a program that ends. `outcome` is succeeded, failed, running, waiting or suspended; `state` says why.

    `process` is "migrate" for a migration. Times are RFC 3339, empty if it is not so far.
    """

    name: str
    outcome: str
    state: str = ""
    started: str = ""
    ended: str = ""
    active: int = 0
    process: str = ""


@frozen
class Schedule:
    """By which clock a program is run. `next` is empty while it is suspended, or when that cannot be told."""

    cron: str
    time_zone: str
    suspended: bool
    next: str
    last: str
    last_success: str


@frozen
class Latest:
    """The newest release in the history."""

    number: int
    outcome: str
    when: str
    who: str


@frozen
class DriftedField:
    """One field: as it was released, as it is, and who has it now (its field manager), since when."""

    path: str
    released: object
    live: object
    by: str = ""
    when: str = ""


@frozen
class DriftedObject:
    """An object that is not as it was released. `state` is changed, missing or unchecked; `reason` says why, or how.

    What is changed has its fields, but for content, which may be secret.
    """

    object: str
    state: str
    fields: tuple[DriftedField, ...] = ()
    reason: str = ""


@frozen
class Drift:
    """What differs from the last release that served. `unchecked` says why that could not be found out (wholly)."""

    release: int
    objects: tuple[DriftedObject, ...] = ()
    unchecked: str = ""


@frozen
class Status:
    """What runs now. `image` is repository@digest, empty when nothing is deployed; `delivered` is the one of the last
    release that served.
    """

    app: str
    target: str
    image: str
    wanted: int
    instances: tuple[Instance, ...]
    url: str = ""
    release: Latest | None = None
    warnings: tuple[str, ...] = ()
    kind: str = "service"
    delivered: str = ""
    processes: tuple[Process, ...] = ()
    runs: tuple[Run, ...] = ()
    schedule: Schedule | None = None
    drift: Drift | None = None

    @property
    def ready(self) -> int:
        """How many copies serve."""
        return sum(instance.ready for instance in self.instances)

    @property
    def is_there(self) -> bool:
        """Whether anything is, or was, deployed."""
        return bool(self.image or self.instances or self.runs or self.schedule or self.release)
