"""A set of objects is written, waited for until it serves, and what it does not hold any more is deleted.

Both a release and its rollback are made of this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from slimdeploy.artifacts.deploy import Changes, Manifests, ObjectRef
from slimdeploy.artifacts.release import Record
from slimdeploy.deploy import adoption, prune, rollout
from slimdeploy.deploy.comparison import Comparison, compare
from slimdeploy.deploy.lease import Held
from slimdeploy.deploy.record import identity
from slimdeploy.deploy.rollout import Rollout
from slimdeploy.events import Report, Warned, step
from slimdeploy.tools.kube import Kube


@dataclass(frozen=True)
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


@dataclass(frozen=True)
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
            running.summary = ", ".join(f"{change.ref} {change.action}" for change in changes.to_apply)
            for change in changes.to_apply:
                lease.check()
                if change.adopts:
                    adoption.take(change.ref, site.kube)
                written[change.ref] = site.kube.apply(change.manifest, dry_run=False).object
    return wait(site, intent, generation(site, written))


def wait(site: Site, intent: Intent, generation: int) -> int:
    """Until the pods serve and run the image; how many do."""
    with step(site.report, "rollout") as running:
        ready = rollout.wait(Rollout(site.ref, generation, intent.image, site.timeout), site.kube, running)
        running.summary = f"{ready} ready in {site.ref.namespace}"
    return ready


def sweep(site: Site, survey: prune.Survey, records: tuple[Record, ...], lease: Held) -> None:
    """Delete what a new set does not hold any more."""
    for reason in survey.kept:
        site.report(Warned(reason))
    if not survey.prune and not survey.hashed:
        return
    with step(site.report, "prune") as running:
        gone = prune.prune(survey, records, lease, running)
        running.summary = ", ".join(map(str, gone)) or "nothing yet: the history names it"


def generation(site: Site, written: dict[ObjectRef, dict[str, Any]]) -> int:
    """The Deployment's generation, which the rollout has to observe."""
    live = written.get(site.ref) or site.kube.get(site.ref) or {"metadata": {"generation": 0}}
    return int(live["metadata"]["generation"])
