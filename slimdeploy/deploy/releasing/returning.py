"""Back to a former release, by its stored objects: chosen, compared, and released anew under a number of its own."""

from __future__ import annotations

from dataclasses import replace

from slimdeploy.artifacts.deploy import Action, Change, Changes, Manifest, ObjectRef, Release
from slimdeploy.artifacts.release import Order, Outcome, Record
from slimdeploy.deploy.comparing.fields import discreet, field_changes
from slimdeploy.deploy.releasing import history, making
from slimdeploy.deploy.releasing.preparation import prepare
from slimdeploy.deploy.releasing.rescue import prepared
from slimdeploy.deploy.releasing.serving import Site
from slimdeploy.errors import UsageError
from slimdeploy.events import Note
from slimdeploy.tools.kube import Kube


def rollback(site: Site, number: int | None, order: Order) -> Release:
    """Release a former one again. Raises IntegrityError when it is damaged, or what it needs is gone."""
    wanted = before_present(site.app, history.known(site.app, site.kube)).number if number is None else number
    record, manifests = history.load(site.app, site.kube, wanted)
    if record.outcome is not Outcome.DEPLOYED:
        site.report(Note(f"release {wanted} is not known to have served: {record.outcome}"))
    order = replace(order, reason=f"rollback to {wanted}", revision=record.facts.revision)
    intent = prepared(record, manifests, site)
    changes = site.compare(intent).changes
    if changes.pending:
        prepare(site.app, changes, site.kube, site.report)
    return making.make(site, intent, order)


def before_present(app: str, records: tuple[Record, ...]) -> Record:
    """The last one that served before what is there now. Raises UsageError when there is none."""
    there = next((each for each in records if each.outcome is not Outcome.ROLLED_BACK), None)
    goods = history.last_good(records, before=there.number if there else 0)
    found = next((each for each in goods if there and each.facts.intent != there.facts.intent), None)
    if found is None:
        raise UsageError(
            f"the history knows no release of {app} that served before the present one",
            hint="slimdeploy history shows all; slimdeploy rollback N goes to release N",
        )
    return found


def between(app: str, kube: Kube, one: int, other: int) -> Changes:
    """What differs between two stored releases; of what is kept by name, whether it is there."""
    old, new = ({ObjectRef.of(each): each for each in history.load(app, kube, n)[1].objects} for n in (one, other))
    return Changes(tuple(_change(ref, old.get(ref), new.get(ref)) for ref in dict.fromkeys((*old, *new))))


def _change(ref: ObjectRef, old: Manifest | None, new: Manifest | None) -> Change:
    if new is None:
        return Change(ref, Action.PRUNED, (), {})
    changed = tuple(discreet(ref.kind, each) for each in field_changes(old or {}, new))
    action = Action.CREATED if old is None else Action.CHANGED if changed else Action.UNCHANGED
    return Change(ref, action, changed, new)
