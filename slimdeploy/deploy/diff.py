"""Manifests + cluster -> Changes: a server-side dry-run of the whole set, compared with what is live.

Equal means: both agree but for what changes by itself (status, resourceVersion, generation, the controller's revision),
and our own entry in managedFields is the same, so that a field somebody took from us counts as a change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from slimdeploy.artifacts.deploy import Action, Change, Changes, FieldChange, Manifest, Manifests, ObjectRef
from slimdeploy.errors import ApiRejected
from slimdeploy.tools.kube import MANAGER, Kube

BY_ITSELF = frozenset({"resourceVersion", "generation", "managedFields", "uid", "creationTimestamp", "selfLink"})
REVISION = "deployment.kubernetes.io/revision"
MISSING = object()
NOT_SHOWN = "(not shown)"


def diff(manifests: Manifests, kube: Kube) -> Changes:
    """What applying would change; nothing is written. Raises whatever the server says against any object."""
    return Changes(tuple(_change(manifest, kube) for manifest in manifests.objects))


def compare(ref: ObjectRef, manifest: Manifest, live: dict[str, Any] | None, future: dict[str, Any]) -> Change:
    """Pure part of `diff`: the live object against what the dry-run says it would become."""
    if live is None:
        return Change(ref, Action.CREATED, masked(ref, field_changes({}, dict(manifest))), manifest)
    changed = masked(ref, field_changes(essence(live), essence(future)))
    same = not changed and ownership(live) == ownership(future)
    return Change(ref, Action.UNCHANGED if same else Action.CHANGED, changed, manifest)


def essence(stored: Mapping[str, Any]) -> dict[str, Any]:
    """An object without what changes by itself."""
    metadata = {key: value for key, value in stored["metadata"].items() if key not in BY_ITSELF}
    annotations = {key: value for key, value in metadata.pop("annotations", {}).items() if key != REVISION}
    rest = {key: value for key, value in stored.items() if key not in {"status", "metadata"}}
    return rest | {"metadata": metadata | ({"annotations": annotations} if annotations else {})}


def ownership(stored: Mapping[str, Any]) -> object:
    """The fields that we own of it (fieldsV1), without the time."""
    entries = stored["metadata"].get("managedFields", ())
    return [entry.get("fieldsV1") for entry in entries if entry["manager"] == MANAGER and entry["operation"] == "Apply"]


def field_changes(old: object, new: object, path: str = "") -> Iterator[FieldChange]:
    """Every leaf that differs, with its dotted path."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in dict.fromkeys((*old, *new)):
            yield from field_changes(old.get(key, MISSING), new.get(key, MISSING), f"{path}.{key}".lstrip("."))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for index, (left, right) in enumerate(zip(old, new, strict=True)):
            yield from field_changes(left, right, f"{path}[{_name(right, index)}]")
    elif old != new:
        yield FieldChange(path, None if old is MISSING else old, None if new is MISSING else new)


def masked(ref: ObjectRef, changes: Iterable[FieldChange]) -> tuple[FieldChange, ...]:
    """The same without what a Secret holds: changes are shown, and kept."""
    if ref.kind != "Secret":
        return tuple(changes)
    return tuple(_hidden(each) if each.path.partition(".")[0] in {"data", "stringData"} else each for each in changes)


def _hidden(change: FieldChange) -> FieldChange:
    old, new = (None if value is None else NOT_SHOWN for value in (change.old, change.new))
    return FieldChange(change.path, old, new)


def _name(item: object, index: int) -> object:
    return item["name"] if isinstance(item, Mapping) and "name" in item else index


def _change(manifest: Manifest, kube: Kube) -> Change:
    ref = ObjectRef.of(manifest)
    future = kube.apply(manifest, dry_run=True)
    refused = [warning for warning in future.warnings if "PodSecurity" in warning]
    if refused:
        raise ApiRejected(f"{ref}: Pod Security would refuse its pods", details=refused)
    return compare(ref, manifest, kube.get(ref), future.object)
