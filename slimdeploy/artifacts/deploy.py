"""From manifests to running pods: Manifest, Change, Applied, Release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Any

from slimdeploy.artifacts.release import Record
from slimdeploy.records import frozen

Manifest = Mapping[str, Any]
"""One Kubernetes object, in the API's own form."""


@frozen
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


@frozen
class Manifests:
    """The whole set of objects of one app, in the order in which they are applied."""

    objects: tuple[Manifest, ...]
    left_out: tuple[str, ...] = ()
    """Fields that the API server is too old for."""


class Action(StrEnum):
    """What would happen, or has happened, to one object."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    PRUNED = "pruned"


@frozen
class FieldChange:
    """One field that differs. `path` is dotted; None means that the field is not there."""

    path: str
    old: object
    new: object


@frozen
class Change:
    """One object's difference between the cluster and the manifests. `adopts` names the tools that it is taken from."""

    ref: ObjectRef
    action: Action
    fields: tuple[FieldChange, ...]
    manifest: Manifest = field(repr=False)
    adopts: tuple[str, ...] = ()
    retakes: bool = False
    """Whether it takes a field back that our own autoscaler had."""


@frozen
class Changes:
    """All differences, in the order in which they are applied; `kept` says what was left alone, and why."""

    items: tuple[Change, ...]
    kept: tuple[str, ...] = ()
    before: tuple[Record, ...] = ()
    """The releases so far, the newest first."""
    warnings: tuple[str, ...] = ()

    @property
    def pending(self) -> tuple[Change, ...]:
        """Those that need a write."""
        return tuple(change for change in self.items if change.action is not Action.UNCHANGED)

    @property
    def to_apply(self) -> tuple[Change, ...]:
        """Those whose manifest is to be written."""
        return tuple(change for change in self.pending if change.action is not Action.PRUNED)


@frozen
class Release:
    """An `up` that ended well. `url` is where the app answers, where that is known."""

    target: str
    changes: Changes
    image: str
    ready: int
    url: str = ""
    number: int = 0
    """In the history; 0 where none is kept."""
    resumed: tuple[str, ...] = ()
    """What a former run had begun to change, where this one only finished it."""

    @property
    def changed(self) -> bool:
        """Whether anything was written."""
        return bool(self.changes.pending)
