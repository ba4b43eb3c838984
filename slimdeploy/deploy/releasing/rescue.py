"""After a release that does not serve: evidence first, then the last release that did, applied again and verified.

When not, is in blame.py.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from slimdeploy.artifacts.deploy import Manifest, Manifests, ObjectRef
from slimdeploy.artifacts.release import Order, Outcome, Record
from slimdeploy.deploy.releasing import history, reporting
from slimdeploy.deploy.releasing.blame import outcome_of, why_not
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
from slimdeploy.events import Failed, Note, Warned, step
from slimdeploy.state.reports import add_to_report
from slimdeploy.tools.kube import MANAGER

HALF_WAY = (
    "the rollback of release {0} is not finished, so its objects may be of either release:"
    " `slimdeploy rollback` finishes it, `slimdeploy up` tries release {0} again"
)


def rescue(
    site: Site, failure: RolloutFailed, entry: Entry, order: Order, *, records: tuple[Record, ...]
) -> SlimdeployError:
    """The error to raise for a release that failed: rolled back, or not and why."""
    file = reporting.written(site, entry, failure)
    evidence = (*failure.details, *((f"all of this, and the whole logs: {file}",) if file else ()))
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
    site.report(Failed(failure.what, evidence))  # before anything else is tried, which may be interrupted
    with half_way(site, entry):
        note_down(site, entry, Outcome.ROLLING_BACK, failure.what)
        error = go_back(site, failure, entry, goods, evidence=evidence)
    add_to_report(file, error, known=evidence)
    return error


@contextmanager
def half_way(site: Site, entry: Entry) -> Iterator[None]:
    """Told to stop while it goes back: there is no time for more than words."""
    try:
        yield
    except Exception:
        raise
    except BaseException:
        site.report(Note(HALF_WAY.format(entry.record.number)))
        raise


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
        with half_way(site, entry):
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
