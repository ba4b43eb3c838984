"""A set of objects is written, waited for until it serves, and what it does not hold any more is deleted.

Both a release and its rollback are made of this.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slimdeploy.artifacts.deploy import Changes, Manifests, ObjectRef
from slimdeploy.artifacts.release import Record
from slimdeploy.deploy.comparing import adoption
from slimdeploy.deploy.comparing.comparison import Comparison, compare
from slimdeploy.deploy.releasing import jobs, prune
from slimdeploy.deploy.releasing.lease import Held
from slimdeploy.deploy.releasing.record import identity
from slimdeploy.deploy.rollout import rollout
from slimdeploy.deploy.rollout.rollout import Rollout
from slimdeploy.events import Report, Warned, step
from slimdeploy.records import frozen
from slimdeploy.tools.kube import Kube


@frozen
class Intent:
    """What is to run: all objects of the app, and the image that its pods must have.

    `sent` is what is applied of it: of a stored release not what is kept by its name alone.
    """

    manifests: Manifests
    image: str
    sent: Manifests

    @classmethod
    def whole(cls, manifests: Manifests, image: str) -> Intent:
        """All of it is applied."""
        return cls(manifests, image, manifests)

    @property
    def identity(self) -> str:
        """One value for all of it."""
        return identity(self.manifests)


@frozen
class Site:
    """Where releases of one app are made, and who is told."""

    app: str
    kube: Kube
    timeout: float
    report: Report

    @property
    def ref(self) -> ObjectRef:
        """Its Deployment."""
        return ObjectRef("Deployment", self.app, self.kube.target.namespace)

    def compare(self, intent: Intent) -> Comparison:
        """What applying this would change."""
        wanted = frozenset(ObjectRef.of(each) for each in intent.manifests.objects)
        return compare(intent.sent, wanted, self.app, self.kube)


def serve(site: Site, intent: Intent, changes: Changes, lease: Held) -> int:
    """Write what differs, in order, and wait until it serves; how many copies do."""
    written: dict[ObjectRef, dict[str, Any]] = {}
    if changes.to_apply:
        with step(site.report, "apply") as running:
            running.summary = f"{len(changes.to_apply)} object{'s' if len(changes.to_apply) > 1 else ''} written"
            for change in changes.items:
                if change in changes.to_apply:
                    lease.check()
                    jobs.make_room(change.ref, site.kube)
                    if change.adopts:
                        adoption.take(change.ref, site.kube)
                    written[change.ref] = site.kube.apply(change.manifest, dry_run=False, force=change.retakes).object
                if jobs.is_migration(change.manifest):
                    jobs.wait(change.ref, site.kube, jobs.deadline(change.manifest), running.waiting)
    return wait(site, intent, generations(site, intent, written))


def wait(site: Site, intent: Intent, generations: Mapping[ObjectRef, int]) -> int:
    """Until the pods serve and run the image, and a Job is through; how many pods serve."""
    with step(site.report, "rollout") as running:
        rollouts = [Rollout(ref, number, intent.image, site.timeout) for ref, number in generations.items()]
        ready = sum(rollout.wait_all(rollouts, site.kube, running))
        for each in intent.manifests.objects:
            if each["kind"] == "Job" and not jobs.is_migration(each):
                jobs.wait(ObjectRef.of(each), site.kube, site.timeout, running.waiting)
        running.summary = _summary(intent, ready, site.ref.namespace)
    return ready


def _summary(intent: Intent, ready: int, namespace: str) -> str:
    kinds = {each["kind"] for each in intent.manifests.objects}
    if "Deployment" in kinds:
        return f"{ready} ready in {namespace}"
    return f"scheduled in {namespace}" if "CronJob" in kinds else f"run to its end in {namespace}"


def tell_kept(site: Site, kept: Iterable[str]) -> None:
    """What is not wanted, and not ours to delete, is named each time: it still runs."""
    for reason in kept:
        site.report(Warned(reason))


def sweep(site: Site, survey: prune.Survey, records: tuple[Record, ...], lease: Held) -> None:
    """Delete what a new set does not hold any more."""
    tell_kept(site, survey.kept)
    due = prune.due(survey, records, lease)
    if not due:
        return
    with step(site.report, "prune") as running:
        gone = prune.prune(due, lease, running, seconds=min(prune.WAIT_SECONDS, site.timeout))
        changed = ", ".join(str(each.ref) for each in due)
        running.summary = ", ".join(map(str, gone)) or f"{changed}: changed by somebody meanwhile, and kept"


def generations(
    site: Site, intent: Intent, written: Mapping[ObjectRef, dict[str, Any]] | None = None
) -> dict[ObjectRef, int]:
    """Each Deployment's generation, which the rollout has to observe."""
    refs = (ObjectRef.of(each) for each in intent.manifests.objects if each["kind"] == "Deployment")
    found = {ref: (written or {}).get(ref) or site.kube.get(ref) for ref in refs}
    return {ref: int(live["metadata"]["generation"]) if live else 0 for ref, live in found.items()}
