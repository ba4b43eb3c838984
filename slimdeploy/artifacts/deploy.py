"""From manifests to running pods: Manifest, Change, Applied, Release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Manifest = Mapping[str, Any]
"""One Kubernetes object, in the API's own form."""


@dataclass(frozen=True)
class ObjectRef:
    """The name of an object, as kubectl writes it."""

    kind: str
    name: str
    namespace: str

    @classmethod
    def of(cls, manifest: Manifest) -> ObjectRef:
        """Take the name out of a manifest."""
        metadata = manifest["metadata"]
        return cls(manifest["kind"], metadata["name"], metadata.get("namespace", ""))

    def __str__(self) -> str:
        return f"{self.kind.lower()}/{self.name}"


@dataclass(frozen=True)
class Manifests:
    """The whole set of objects of one app, in the order in which they are applied."""

    objects: tuple[Manifest, ...]


class Action(StrEnum):
    """What would happen, or has happened, to one object."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


@dataclass(frozen=True)
class FieldChange:
    """One field that differs. `path` is dotted; None means that the field is not there."""

    path: str
    old: object
    new: object


@dataclass(frozen=True)
class Change:
    """One object's difference between the cluster and the manifests. `adopts` names the tools that it is taken from."""

    ref: ObjectRef
    action: Action
    fields: tuple[FieldChange, ...]
    manifest: Manifest = field(repr=False)
    adopts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Changes:
    """All differences, in the order in which they are applied, and what the server warned of."""

    items: tuple[Change, ...]
    warnings: tuple[str, ...] = ()

    @property
    def pending(self) -> tuple[Change, ...]:
        """Those that need a write."""
        return tuple(change for change in self.items if change.action is not Action.UNCHANGED)


@dataclass(frozen=True)
class Applied:
    """What was written. `generation` is the Deployment's, which the rollout has to observe."""

    changes: Changes
    deployment: str
    generation: int


@dataclass(frozen=True)
class Release:
    """An `up` that ended well. `url` is where the app answers, where that is known."""

    target: str
    changes: Changes
    image: str
    ready: int
    url: str = ""

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.changes.pending)
