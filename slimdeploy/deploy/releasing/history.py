"""The releases of one app as they are stored: listed, begun, ended, loaded, and the oldest forgotten."""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from slimdeploy.artifacts.deploy import Changes, Manifests, ObjectRef
from slimdeploy.artifacts.release import UNFINISHED, Facts, Order, Outcome, Record
from slimdeploy.deploy.releasing import record as stored
from slimdeploy.deploy.releasing.holder import who
from slimdeploy.deploy.releasing.lease import Held
from slimdeploy.errors import IntegrityError, UsageError
from slimdeploy.tools.kube import Kube

KEPT = 10
NOTE_LENGTH = 300


def known(app: str, kube: Kube) -> tuple[Record, ...]:
    """All records, the newest first, by one request for their metadata."""
    found = map(stored.parse, kube.described("ConfigMap", kube.target.namespace, stored.marks(app)))
    return tuple(sorted((each for each in found if each), key=lambda each: -each.number))


def checked(app: str, kube: Kube) -> tuple[Record, ...]:
    """The same, each looked through: a damaged one says so."""
    found = []
    for each in kube.listed("ConfigMap", kube.target.namespace, stored.marks(app)):
        record = stored.parse(each)
        if record is None:
            continue
        try:
            stored.content(each)
        except IntegrityError:
            record = Record(record.number, record.facts, Outcome.DAMAGED, record.seconds, record.note, record.uid)
        found.append(record)
    return tuple(sorted(found, key=lambda each: -each.number))


def load(app: str, kube: Kube, number: int) -> tuple[Record, Manifests]:
    """One release with its objects. Raises UsageError when there is none, IntegrityError when it is damaged."""
    found = kube.get(stored.record_ref(app, kube.target.namespace, number))
    record = stored.parse(found) if found else None
    if found is None or record is None:
        there = ", ".join(str(each.number) for each in known(app, kube)) or "none"
        raise UsageError(f"there is no release {number} of {app}", hint=f"releases in the history: {there}")
    return record, stored.content(found)


def last_good(records: tuple[Record, ...], before: int) -> tuple[Record, ...]:
    """Those that served, the newest first, among the ones before release N."""
    return tuple(each for each in records if each.outcome is Outcome.DEPLOYED and each.number < before)


@dataclass
class Entry:
    """The release that is being made, in the history. Its outcome is written as it becomes known."""

    app: str
    held: Held
    record: Record
    started: float

    @property
    def ref(self) -> ObjectRef:
        """Where it is stored."""
        return stored.record_ref(self.app, self.held.ref.namespace, self.record.number)

    def ended(self, outcome: Outcome, note: str = "") -> None:
        """Write what came of it."""
        seconds = f"{time.monotonic() - self.started:.1f}"
        said = {stored.OUTCOME: str(outcome), stored.SECONDS: seconds, stored.NOTE: _short(note) or None}
        self.held.check()
        self.held.kube.annotate(self.ref, self.record.uid, said)


def begin(
    held: Held, manifests: Manifests, changes: Changes, *, image: str, order: Order, records: tuple[Record, ...]
) -> Entry:
    """Write "applying" before anything else is. What a dead run left as such is gone on with, or is interrupted."""
    started, intent = time.monotonic(), stored.identity(manifests)
    last = records[0] if records else None
    for each in records:
        if each.outcome in UNFINISHED and (each is not last or each.facts.intent != intent):
            interrupt(held, each)
    if last and last.outcome in UNFINISHED and last.facts.intent == intent:
        entry = Entry(held.app, held, last, started)
        if last.outcome is Outcome.ROLLING_BACK:
            entry.ended(Outcome.APPLYING)
        return entry
    facts = Facts(
        when=datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        who=who(),
        revision=order.revision,
        image=image,
        reason=order.reason,
        changed=tuple(f"{change.ref} {change.action}" for change in changes.pending),
        kinds=tuple(sorted({each["kind"] for each in manifests.objects})),
        hashed=tuple(str(ObjectRef.of(each)) for each in manifests.objects if stored.is_by_name(each)),
        intent=intent,
    )
    for number in itertools.count((last.number if last else 0) + 1):
        record = Record(number, facts, Outcome.APPLYING)
        held.check()
        made = held.kube.create(stored.render(held.app, held.ref.namespace, record, manifests))
        if uid := _uid(made, held, record):
            break
    return Entry(held.app, held, replace(record, uid=uid), started)


def interrupt(held: Held, record: Record) -> None:
    """Another intent comes after a release whose run died: what came of it will not be known."""
    outcome, note = Outcome.INTERRUPTED, "its run ended before this was known"
    if record.outcome is Outcome.ROLLING_BACK:
        outcome, note = Outcome.FAILED, f"{record.note}; its run ended while it was rolled back"
    held.check()
    ref = stored.record_ref(held.app, held.ref.namespace, record.number)
    held.kube.annotate(ref, record.uid, {stored.OUTCOME: str(outcome), stored.NOTE: _short(note)})


def kept(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """The last ten, and the last good one however old it is."""
    good = next((each for each in records if each.outcome is Outcome.DEPLOYED), None)
    return tuple(each for index, each in enumerate(records) if index < KEPT or each is good)


def forget(held: Held, records: tuple[Record, ...]) -> tuple[Record, ...]:
    """Delete the others; what remains."""
    remains = kept(records)
    for each in records:
        if each not in remains:
            held.check()
            ref = stored.record_ref(held.app, held.ref.namespace, each.number)
            held.kube.delete(ref, each.uid, foreground=False)
    return remains


def _uid(made: Mapping[str, dict[str, str]] | None, held: Held, record: Record) -> str:
    """Of the record just written. If it was there already: our own first attempt's answer was lost on the way, or it is
    one that lost its labels, whose number is taken then ("").
    """
    ref = stored.record_ref(held.app, held.ref.namespace, record.number)
    live = made or held.kube.get(ref) or {}
    again = stored.parse(live) if live else None
    return again.uid if again and again.facts == record.facts else ""


def _short(note: str) -> str:
    return note if len(note) <= NOTE_LENGTH else f"{note[: NOTE_LENGTH - 3]}..."
