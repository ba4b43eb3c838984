"""One release from its beginning to its end: Lease, dry-run again, record, apply, wait, outcome, prune.

The record says "applying" before anything is written, so a run that dies at any moment has said what it was about to
do; the next one goes on from there.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

from slimdeploy.artifacts.deploy import Changes
from slimdeploy.artifacts.deploy import Release as Done
from slimdeploy.artifacts.release import UNFINISHED, Order, Outcome
from slimdeploy.deploy.comparing.comparison import Comparison
from slimdeploy.deploy.releasing import history
from slimdeploy.deploy.releasing.history import Entry
from slimdeploy.deploy.releasing.lease import Held, held
from slimdeploy.deploy.releasing.preparation import prepare
from slimdeploy.deploy.releasing.prune import Survey
from slimdeploy.deploy.releasing.rescue import rescue, resume
from slimdeploy.deploy.releasing.serving import Intent, Site, generations, serve, sweep, tell_kept, wait
from slimdeploy.errors import RolledBack, RolloutFailed, SlimdeployError
from slimdeploy.events import Note


def ensure(site: Site, intent: Intent, changes: Changes, order: Order) -> Done:
    """A release, if anything differs or the last one is unfinished; otherwise only a look whether it serves.

    Raises RolledBack for an intent that has failed before, if that is not to be tried again.
    """
    last = changes.before[0] if changes.before else None
    same = last is not None and last.facts.intent == intent.identity
    tried = next((each for each in changes.before if each.facts.intent == intent.identity), None)
    if tried and changes.pending and not order.retry and tried.outcome in {Outcome.FAILED, Outcome.ROLLED_BACK}:
        back = " and was rolled back" if tried.outcome is Outcome.ROLLED_BACK else ""
        again = "`slimdeploy redeploy --retry` tries again"
        raise RolledBack(f"this failed as release {tried.number}{back}; {again}: {tried.note}")
    if last and same and not order.retry and last.outcome is Outcome.ROLLING_BACK:
        raise resume(site, last, order, changes.before)
    if changes.pending:
        prepare(site.app, changes, site.kube, site.report)
    if changes.pending or is_unfinished(changes, intent):
        return make(site, intent, order)
    tell_kept(site, changes.kept)
    ready = wait(site, intent, generations(site, intent))
    if last and same and last.outcome is not Outcome.DEPLOYED:
        with held(site.app, site.kube, order.lock_wait) as lease:  # it serves by now: that is worth knowing later
            Entry(site.app, lease, last, time.monotonic()).ended(Outcome.DEPLOYED)
    return done(site, changes, intent, ready)


def make(site: Site, intent: Intent, order: Order) -> Done:
    """Make a release of it. Raises RolledBack or RolloutFailed when it does not serve, Locked when others are at it."""
    with held(site.app, site.kube, order.lock_wait) as lease:
        seen = site.compare(intent)
        if not seen.changes.pending and not is_unfinished(seen.changes, intent):
            return done(site, seen.changes, intent, wait(site, intent, generations(site, intent)))
        entry = history.begin(
            lease, intent.manifests, seen.changes, image=intent.image, order=order, records=seen.changes.before
        )
        try:
            with judged(site, entry):
                let_go(site, seen, lease)
                ready = serve(site, intent, seen.changes, lease)
        except RolloutFailed as failure:
            raise rescue(site, failure, entry, order, records=seen.changes.before) from None
        entry.ended(Outcome.DEPLOYED)
        clean(site, seen, entry, lease)
        resumed = () if seen.changes.pending else entry.record.facts.changed
        return replace(done(site, seen.changes, intent, ready), number=entry.record.number, resumed=resumed)


@contextmanager
def judged(site: Site, entry: Entry) -> Iterator[None]:
    """What ends a release without saying anything about it leaves it interrupted; a signal, as it is: no time."""
    number = entry.record.number
    try:
        yield
    except RolloutFailed:
        raise
    except SlimdeployError as error:
        with suppress(SlimdeployError):
            entry.ended(Outcome.INTERRUPTED, error.what)
        raise
    except BaseException:
        site.report(Note(f"release {number} goes on in the cluster: `slimdeploy up` takes it from here"))
        raise


def let_go(site: Site, seen: Comparison, lease: Held) -> None:
    """Before a number of copies is taken back, our autoscaler goes: it would write its own again."""
    if any(change.retakes for change in seen.changes.items):
        scalers = tuple(each for each in seen.survey.prune if each.ref.kind == "HorizontalPodAutoscaler")
        sweep(site, Survey(prune=scalers), (), lease)


def clean(site: Site, seen: Comparison, entry: Entry, lease: Held) -> None:
    """Forget the oldest releases, and delete what is not wanted any more."""
    new = replace(entry.record, outcome=Outcome.DEPLOYED)
    kept = history.forget(lease, (new, *(each for each in seen.changes.before if each.number != new.number)))
    sweep(site, seen.survey, kept, lease)


def is_unfinished(changes: Changes, intent: Intent) -> bool:
    """Whether the last release was of this very intent, and its run died before it knew what came of it."""
    last = changes.before[0] if changes.before else None
    return last is not None and last.outcome in UNFINISHED and last.facts.intent == intent.identity


def done(site: Site, changes: Changes, intent: Intent, ready: int) -> Done:
    """What the verb says at the end."""
    return Done(str(site.kube.target.context), changes, intent.image, ready)
