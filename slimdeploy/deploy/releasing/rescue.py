"""After a release that does not serve: evidence first, then the last release that did, applied again and verified.

Not when that would be wrong (somebody else changed or paused it) or no help (no room, quota, a registry that is down:
the old pods would not come up, either).
"""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any

from slimdeploy.artifacts.deploy import Manifest, Manifests, ObjectRef
from slimdeploy.artifacts.release import Order, Outcome, Record
from slimdeploy.deploy.releasing import history
from slimdeploy.deploy.releasing.history import Entry
from slimdeploy.deploy.releasing.jobs import is_migration
from slimdeploy.deploy.releasing.lease import Held, held
from slimdeploy.deploy.releasing.record import is_by_name
from slimdeploy.deploy.releasing.serving import Intent, Site, serve, sweep
from slimdeploy.errors import (
    CleanupIncomplete,
    IntegrityError,
    Locked,
    RolledBack,
    RolloutFailed,
    SlimdeployError,
)
from slimdeploy.events import Warned, step
from slimdeploy.state.reports import write_report
from slimdeploy.tools.kube import MANAGER

ENDED_BY_OTHERS = {"Superseded": Outcome.SUPERSEDED, "Deleted": Outcome.DELETED}
CLUSTER_WIDE = (
    (re.compile(r"exceeded quota", re.I), "the quota of the namespace stands against any release"),
    (re.compile(r"nodes are available|no nodes available|Unschedulable"), "there is no room on the nodes"),
    (
        re.compile(r"(ErrImagePull|ImagePullBackOff)(?!.*(not found|manifest unknown|denied|unauthorized|forbidden))"),
        "the registry does not give any image now",
    ),
    (re.compile(r"failed calling webhook"), "an admission webhook of the cluster does not answer"),
)


def rescue(
    site: Site, failure: RolloutFailed, entry: Entry, order: Order, *, records: tuple[Record, ...]
) -> SlimdeployError:
    """The error to raise for a release that failed: rolled back, or not and why."""
    file = write_report(f"{site.app}-release-{entry.record.number}", (failure.what, *failure.details))
    evidence = (*failure.details, *((f"all of this is in {file}",) if file else ()))
    goods = history.last_good(records, before=entry.record.number)
    if reason := why_not(failure, order, goods):
        note_down(site, entry, outcome_of(failure), failure.what)
        return RolloutFailed(
            failure.what,
            details=(*evidence, f"not rolled back: {reason}"),
            hint=failure.hint,
            kind=failure.kind,
            ours=failure.ours,
        )
    note_down(site, entry, Outcome.ROLLING_BACK, failure.what)
    return go_back(site, failure, entry, goods, evidence=evidence)


def note_down(site: Site, entry: Entry, outcome: Outcome, note: str) -> None:
    """Write the outcome, if that can be done: the failure is what has to be told. Raises Locked, as any write."""
    try:
        entry.ended(outcome, note)
    except Locked:
        raise
    except SlimdeployError as error:
        site.report(Warned(f"the history does not know of this: {error.what}"))


def resume(site: Site, last: Record, order: Order, records: tuple[Record, ...]) -> SlimdeployError:
    """A rollback whose run died is finished; the error of the release that failed then."""
    with held(site.app, site.kube, order.lock_wait) as lease:
        entry = Entry(site.app, lease, last, time.monotonic())
        goods = history.last_good(records, before=last.number)
        return go_back(site, RolloutFailed(last.note), entry, goods, evidence=())


def go_back(
    site: Site, failure: RolloutFailed, entry: Entry, goods: tuple[Record, ...], *, evidence: tuple[str, ...]
) -> SlimdeployError:
    """Restore the last good release, and say what came of that. Raises Locked when others are at it by now."""
    try:
        number = restore(site, goods, entry.held)
    except Locked:
        raise
    except SlimdeployError as second:
        note_down(site, entry, Outcome.FAILED, f"{failure.what}; rolling back failed, too: {second.what}")
        details = (*evidence, f"rolling back failed, too: {second.what}", *second.details)
        return RolloutFailed(failure.what, details=details, hint=second.hint or failure.hint, kind=failure.kind)
    note_down(site, entry, Outcome.ROLLED_BACK, failure.what)
    what = f"{failure.what}; rolled back: release {number} runs again"
    return RolledBack(what, details=evidence, hint=failure.hint)


def why_not(failure: RolloutFailed, order: Order, goods: tuple[Record, ...]) -> str:
    """Why nothing is rolled back; empty when it is."""
    if not failure.ours:
        return "that is not this release's doing, and going back would undo what somebody else did"
    if reason := cluster_wide(failure):
        return reason
    if not order.rollback:
        return "that was asked for (--no-rollback, deploy.rollback)"
    return "" if goods else "no release before it is known to serve; its objects stay, so that they can be looked at"


def cluster_wide(failure: RolloutFailed) -> str:
    """What keeps any release from running; empty when the cause is this one's own."""
    text = "\n".join((failure.what, *failure.details)) if failure.kind == "Timeout" else failure.what
    return next((reason for pattern, reason in CLUSTER_WIDE if pattern.search(text)), "")


def outcome_of(failure: RolloutFailed) -> Outcome:
    """Whether it says anything about the release itself, or what else ended it."""
    if failure.kind in ENDED_BY_OTHERS:
        return ENDED_BY_OTHERS[failure.kind]
    return Outcome.FAILED if failure.ours and not cluster_wide(failure) else Outcome.INTERRUPTED


def restore(site: Site, goods: tuple[Record, ...], lease: Held) -> int:
    """The newest whole one of these releases is applied again, waited for and verified; its number."""
    record, manifests = newest_whole(site, goods)
    with step(site.report, "rollback") as running:
        running.summary = f"to release {record.number}"
    intent = prepared(record, manifests, site)
    seen = site.compare(intent)
    serve(site, intent, seen.changes, lease)
    if wrong := site.compare(intent).changes.to_apply:
        raise RolloutFailed(f"after the rollback these differ again: {', '.join(str(each.ref) for each in wrong)}")
    try:
        sweep(site, seen.survey, seen.changes.before, lease)
    except CleanupIncomplete as left:
        site.report(Warned(left.what))
    return record.number


def newest_whole(site: Site, goods: tuple[Record, ...]) -> tuple[Record, Manifests]:
    """The newest release whose record is not damaged. Raises IntegrityError when all are."""
    for each in goods:
        try:
            return history.load(site.app, site.kube, each.number)
        except IntegrityError as damaged:
            site.report(Warned(f"release {each.number} is passed over: {damaged.what}"))
    raise IntegrityError("every release that served has a damaged record")


def prepared(record: Record, manifests: Manifests, site: Site) -> Intent:
    """A stored release as it can be applied: what was kept by name must be there, an autoscaler keeps its copies.

    Its migration is not run again: nobody knows whether it can be, on what later ones have made of the data.

    Raises IntegrityError when something is gone whose content was not stored.
    """
    by_name = {
        ref: site.kube.get(ref) for ref in {ObjectRef.of(each) for each in manifests.objects if is_by_name(each)}
    }
    if missing := [str(ref) for ref in sorted(by_name, key=str) if by_name[ref] is None]:
        raise IntegrityError(
            f"what release {record.number} needs is gone: {', '.join(missing)}",
            hint="slimdeploy up makes a new release, with the values of now",
        )
    site.kube.hide(value for ref, live in by_name.items() if ref.kind == "Secret" for value in values_of(live))
    rest = (each for each in manifests.objects if not is_by_name(each) and not is_migration(each))
    return Intent(manifests, record.facts.image, Manifests(tuple(_peaceful(each, site) for each in rest)))


def values_of(secret: Mapping[str, Any] | None) -> Iterator[str]:
    """What a stored release's programs were given, and may print."""
    for each in ((secret or {}).get("data") or {}).values():
        yield base64.b64decode(each).decode(errors="replace")


def _peaceful(manifest: Manifest, site: Site) -> Manifest:
    is_deployment = manifest["kind"] == "Deployment"
    return without_copies(manifest, site.kube.get(ObjectRef.of(manifest))) if is_deployment else manifest


def without_copies(manifest: Manifest, live: Mapping[str, Any] | None) -> Manifest:
    """The Deployment without its number of copies, if somebody else decides on that by now."""
    entries = live["metadata"].get("managedFields", ()) if live else ()
    others = (entry for entry in entries if entry["manager"] != MANAGER)
    if not any("f:replicas" in (entry.get("fieldsV1") or {}).get("f:spec", {}) for entry in others):
        return manifest
    return {**manifest, "spec": {key: value for key, value in manifest["spec"].items() if key != "replicas"}}
