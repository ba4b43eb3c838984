"""What is not any more as the last release that served left it: changed by hand, taken by another manager, deleted.

The recorded objects are applied once more, as a server-side dry-run that is forced: where its result differs from what
is live, in fields that are ours, somebody changed them, and managedFields says who. Beside those stands what people's
tools added. Nothing is written; but a dry-run needs the right to write.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from slimdeploy.artifacts.deploy import FieldChange, Manifest, Manifests, ObjectRef
from slimdeploy.artifacts.release import UNFINISHED, Outcome, Record
from slimdeploy.artifacts.status import Drift, DriftedField, DriftedObject
from slimdeploy.deploy.comparing.adoption import entries_of, is_deployers, is_our_apply, meant
from slimdeploy.deploy.comparing.diff import AT_ONCE, REVISION
from slimdeploy.deploy.comparing.fields import LAST_APPLIED, discreet
from slimdeploy.deploy.comparing.fieldsets import Fields, Steps, beyond, differing, has, path_of, union, value_of
from slimdeploy.deploy.comparing.replicas import handed_over, least_of
from slimdeploy.deploy.releasing import history
from slimdeploy.deploy.releasing.jobs import is_migration
from slimdeploy.deploy.releasing.record import is_by_name, is_hashed
from slimdeploy.errors import SlimdeployError
from slimdeploy.manifests.content import stored_hash
from slimdeploy.tools.kube import MANAGER, Kube
from slimdeploy.tools.kube_errors import Forbidden
from slimdeploy.tools.kube_pods import RESTARTED

MARKS = frozenset({RESTARTED, REVISION, LAST_APPLIED})
"""Annotations that say what was done, and are no intent."""

OTHER = "its content is not what its name stands for, by {}"


def drift(app: str, records: Sequence[Record], kube: Kube) -> Drift | None:
    """Against the last release that served; None if nothing was ever released."""
    if not records:
        return None
    good, newest = last_good(records), records[0]
    if good is None:
        return Drift(0, unchecked="no release is known to have served")
    if newest.outcome in UNFINISHED:
        return Drift(good.number, unchecked=f"release {newest.number} is {newest.outcome}")
    try:
        _, manifests = history.load(app, kube, good.number)
    except SlimdeployError as error:
        return Drift(good.number, unchecked=error.what)
    wanted = [each for each in manifests.objects if not is_migration(each) or _has_run(good, newest)]
    return _against(good.number, Manifests(tuple(wanted)), kube)


def last_good(records: Sequence[Record]) -> Record | None:
    """The last release that served."""
    return next((each for each in records if each.outcome is Outcome.DEPLOYED), None)


def _has_run(good: Record, newest: Record) -> bool:
    """Whether this release's migration is there: no rollback runs one again."""
    return good is newest and not good.facts.reason.startswith("rollback")


def _against(number: int, manifests: Manifests, kube: Kube) -> Drift:
    look = partial(_look, kube, least_of(manifests.objects))
    with ThreadPoolExecutor(AT_ONCE) as beside:
        found = list(beside.map(look, manifests.objects))
    refused = next((each for each in found if isinstance(each, Forbidden)), None)
    objects = tuple(each for each in found if isinstance(each, DriftedObject))
    return Drift(number, objects, f"{refused.what} (a dry-run needs that right)" if refused else "")


def _look(kube: Kube, least: Mapping[str, int], recorded: Manifest) -> DriftedObject | Forbidden | None:
    """One object; None if it is as it was."""
    ref = ObjectRef.of(recorded)
    try:
        live = kube.get(ref)
        if live is None:
            return DriftedObject(str(ref), "missing")
        if "deletionTimestamp" in live["metadata"]:
            return DriftedObject(str(ref), "missing", reason="it is being deleted")
        if is_by_name(recorded):
            return _by_name(ref, recorded, live)
        manifest = handed_over(recorded, live, least.get(ref.name, 1))
        future = kube.apply(manifest, dry_run=True, force=True).object
    except Forbidden as error:
        return error
    except SlimdeployError as error:
        return DriftedObject(str(ref), "unchecked", reason=" ".join((error.what, *error.details)))
    fields = tuple(_fields(ref.kind, live, future))
    return DriftedObject(str(ref), "changed", fields) if fields else None


def _by_name(ref: ObjectRef, recorded: Manifest, live: Mapping[str, Any]) -> DriftedObject | None:
    """Of what is recorded by its name, which ends in its content's hash: somebody made it anew, and otherwise. A
    [[patch]] of ours is not in that hash, so what only we have written is as it was.
    """
    others = sorted({each["manager"] for each in entries_of(live["metadata"]) if not is_our_apply(each)})
    same = ref.name.endswith(f"-{stored_hash(live)}") or not is_hashed(recorded)
    return None if same or not others else DriftedObject(str(ref), "changed", reason=OTHER.format(", ".join(others)))


def _fields(kind: str, live: Mapping[str, Any], future: Mapping[str, Any]) -> Iterator[DriftedField]:
    """Pure. Fields of ours with another value, without an owner of ours, or too many; then what others added."""
    released, present = _owned(future), _owned(live)
    changed = list(differing(released, future, live))
    lost = [each for each in beyond(released, present) if not any(_related(each, other) for other in changed)]
    for steps in (*changed, *lost, *beyond(present, released)):
        yield _field(kind, steps, value_of(steps, future), live)
    for steps in _added(live, future):
        yield _field(kind, steps, None, live)


def _field(kind: str, steps: Steps, released: object, live: Mapping[str, Any]) -> DriftedField:
    change = discreet(kind, FieldChange(path_of(steps), released, value_of(steps, live)))
    owner = ("", "") if change.new is None else _owner(steps, live)
    return DriftedField(change.path, change.old, change.new, *owner)


def _owner(steps: Steps, live: Mapping[str, Any]) -> tuple[str, str]:
    """Who wrote this field last, and when; empty where nobody says so."""
    entries = [each for each in entries_of(live["metadata"]) if has(steps, each.get("fieldsV1") or {})]
    others = [each for each in entries if not is_our_apply(each)]
    if not others:
        return (MANAGER, "") if entries else ("", "")
    last = max(others, key=lambda each: str(each.get("time", "")))
    part = f" ({last['subresource']})" if last.get("subresource") else ""
    return f"{last['manager']}{part}", str(last.get("time", ""))


def _added(live: Mapping[str, Any], future: Mapping[str, Any]) -> Iterator[Steps]:
    """What kubectl and the like set beside our fields. What controllers, autoscalers and webhooks set is theirs."""
    theirs, rest = (
        union(each.get("fieldsV1") or {} for each in entries_of(document["metadata"]) if is_deployers(each) is wanted)
        for document, wanted in ((live, True), (future, False))
    )
    for steps in beyond(theirs, rest):
        name, value = steps[-1].partition(":")[2], value_of(steps, live)
        if isinstance(value, Mapping):
            value = {key: each for key, each in value.items() if key not in MARKS}
        if name not in MARKS and meant(name, value) not in (None, {}):
            yield steps


def _owned(document: Mapping[str, Any]) -> Fields:
    return union(each.get("fieldsV1") or {} for each in entries_of(document["metadata"]) if is_our_apply(each))


def _related(one: Steps, other: Steps) -> bool:
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]
