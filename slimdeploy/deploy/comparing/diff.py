"""Manifests + cluster -> Changes: a server-side dry-run of the whole set, compared with what is live.

Equal means: both agree but for what changes by itself (status, resourceVersion, generation, the controller's revision),
and our own entry in managedFields is the same, so that a field somebody took from us counts as a change.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from slimdeploy.artifacts.deploy import Action, Change, Changes, Manifest, Manifests, ObjectRef
from slimdeploy.deploy.comparing import adoption
from slimdeploy.deploy.comparing.conflicts import described
from slimdeploy.deploy.comparing.fields import discreet, field_changes
from slimdeploy.deploy.comparing.refusals import held_up, joined, placed
from slimdeploy.deploy.comparing.replicas import handed_over, is_left_by_ours, least_of
from slimdeploy.errors import ApiRejected, SlimdeployError
from slimdeploy.manifests.labels import INSTANCE
from slimdeploy.manifests.namespace import namespace
from slimdeploy.records import frozen
from slimdeploy.tools.kube import MANAGER, Kube, Stored
from slimdeploy.tools.kube_errors import Conflicted, Invalid, NamespaceMissing

BY_ITSELF = frozenset({"resourceVersion", "generation", "managedFields", "uid", "creationTimestamp", "selfLink"})
REVISION = "deployment.kubernetes.io/revision"
AT_ONCE = 2
"""Objects that are looked at side by side: each more thread is one more TLS handshake."""


@frozen
class Outcome:
    """What the server says about one object."""

    change: Change | None = None
    warnings: tuple[str, ...] = ()
    error: SlimdeployError | None = None


def diff(manifests: Manifests, kube: Kube) -> Changes:
    """What applying would change; nothing is written. Raises whatever the server says against any object.

    In a namespace that does not exist nothing can be proven: if it may be made, everything is new.
    """
    look = partial(_look, kube, least_of(manifests.objects))
    with ThreadPoolExecutor(AT_ONCE) as beside:
        outcomes = list(beside.map(look, manifests.objects))
    errors = [outcome.error for outcome in outcomes if outcome.error]
    if errors and kube.target.create and any(isinstance(error, NamespaceMissing) for error in errors):
        return _in_new_namespace(manifests, kube)
    if errors:
        raise held_up(joined(errors), kube)
    warnings = dict.fromkeys(warning for outcome in outcomes for warning in outcome.warnings)
    return Changes(tuple(outcome.change for outcome in outcomes if outcome.change), warnings=tuple(warnings))


def compare(ref: ObjectRef, manifest: Manifest, live: dict[str, Any] | None, future: dict[str, Any]) -> Change:
    """Pure part of `diff`: the live object against what the dry-run says it would become."""
    if live is None:
        return _created(ref, manifest)
    found = field_changes(essence(live), essence(future))
    changed = tuple(discreet(ref.kind, each) for each in found if not each.path.endswith(f".spec.{adoption.ALIAS}"))
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


def _look(kube: Kube, least: Mapping[str, int], wanted: Manifest) -> Outcome:
    """One object. An error is an outcome, too: a person wants to read all of them at once."""
    ref = ObjectRef.of(wanted)
    try:
        live = kube.get(ref)
        manifest = handed_over(wanted, live, least.get(ref.name, 1))
        return _against(live, manifest, kube)
    except Invalid as error:
        return Outcome(error=placed(error))
    except SlimdeployError as error:
        return Outcome(error=error)


def _against(live: dict[str, Any] | None, manifest: Manifest, kube: Kube) -> Outcome:
    ref, whose = ObjectRef.of(manifest), adoption.maker(live, manifest["metadata"]["labels"][INSTANCE])
    if live is None or not whose:
        return _ours(live, manifest, kube)
    if not kube.target.adopt:
        raise adoption.refused(ref, whose)
    taken = adoption.taken_from(live)
    future = _dry_run(live, manifest, kube, spared=taken)
    change, lost = compare(ref, manifest, live, future.object), adoption.given_up(live, future.object)
    fields = (*change.fields, *(discreet(ref.kind, each) for each in lost))
    return Outcome(Change(ref, Action.CHANGED, fields, manifest, taken or (whose,)), future.warnings)


def _ours(live: dict[str, Any] | None, manifest: Manifest, kube: Kube) -> Outcome:
    ref, retakes = ObjectRef.of(manifest), False
    try:
        future = kube.apply(manifest, dry_run=True)
    except Conflicted as error:
        retakes = is_left_by_ours(error.conflicts, ref, kube)
        if not retakes:
            raise described(ref, error.conflicts, live, manifest) from None
        future = kube.apply(manifest, dry_run=True, force=True)
    _check_pods(ref, future)
    return Outcome(replace(compare(ref, manifest, live, future.object), retakes=retakes), future.warnings)


def _dry_run(live: dict[str, Any] | None, manifest: Manifest, kube: Kube, *, spared: tuple[str, ...]) -> Stored:
    """What the object would become. Conflicts with the managers in `spared` are none: their fields will be ours."""
    ref = ObjectRef.of(manifest)
    try:
        future = kube.apply(manifest, dry_run=True)
    except Conflicted as error:
        left = [each for each in error.conflicts if each.owner not in spared]
        if left:
            raise described(ref, left, live, manifest) from None
        future = kube.apply(manifest, dry_run=True, force=True)
    _check_pods(ref, future)
    return future


def _check_pods(ref: ObjectRef, future: Stored) -> None:
    refused = [warning for warning in future.warnings if "PodSecurity" in warning]
    if refused:
        raise ApiRejected(f"{ref}: Pod Security would refuse its pods", details=refused)


def _in_new_namespace(manifests: Manifests, kube: Kube) -> Changes:
    made = namespace(kube.target.namespace)
    kube.apply(made, dry_run=True)
    objects = (made, *(handed_over(each, None, 1) for each in manifests.objects))
    return Changes(tuple(_created(ObjectRef.of(each), each) for each in objects))


def _created(ref: ObjectRef, manifest: Manifest) -> Change:
    changed = (discreet(ref.kind, each) for each in field_changes({}, dict(manifest)))
    return Change(ref, Action.CREATED, tuple(changed), manifest)
