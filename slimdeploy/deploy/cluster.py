"""The Kubernetes target: dry-run the whole set, apply what differs, wait, and take it all down again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy import Action, Applied, Changes, Manifests, ObjectRef, Release
from slimdeploy.artifacts.deploy_plan import ClusterTarget, WorkloadPlan
from slimdeploy.deploy import inspection, jobs, references, removal, rollout
from slimdeploy.deploy.destination import Status
from slimdeploy.deploy.diff import diff
from slimdeploy.deploy.rollout import Rollout
from slimdeploy.errors import InternalError
from slimdeploy.events import Step
from slimdeploy.manifests.render import render
from slimdeploy.tools.kube import Kube

SUMMARIES = {
    "service": "{ready} ready in {namespace}",
    "job": "it has run to its end in {namespace}",
    "cron": "it is scheduled in {namespace}",
}


class Cluster:
    """One app in one namespace of one cluster."""

    def __init__(self, plan: WorkloadPlan, target: ClusterTarget, kube: Kube, timeout: float) -> None:
        self.plan = plan
        self.target = target
        self.kube = kube
        self.timeout = timeout
        self.ref = ObjectRef("Deployment", plan.app, target.namespace)

    def manifests(self, image: str) -> Manifests:
        """The objects for this image."""
        return render(self.plan, self.target.namespace, image)

    def diff(self, image: str) -> Changes:
        """Server-side dry-run of the whole set."""
        return jobs.to_run_again(diff(self.manifests(image), self.kube), self.kube)

    def apply(self, changes: Changes, delivered: Delivered) -> Applied:
        """Server-side apply of what differs, in order."""
        if not isinstance(delivered, Delivered):
            raise InternalError("nothing is applied before its image is delivered")
        if changes.pending:
            references.check(self.plan.existing, self.target.namespace, self.kube)
        written: dict[ObjectRef, dict[str, Any]] = {}
        for change in changes.items if changes.pending else ():
            if change.action is not Action.UNCHANGED:
                if change.ref.kind == "Job":
                    jobs.make_room(change.ref, self.kube)
                written[change.ref] = self.kube.apply(change.manifest, dry_run=False).object
            if jobs.is_migration(change.manifest):
                jobs.wait(change.ref, self.kube, self.migration_timeout, lambda _: None)
        deployment = written.get(self.ref) or self.kube.get(self.ref) or {"metadata": {"generation": 0}}
        return Applied(changes, self.plan.app, deployment["metadata"]["generation"])

    def rollout(self, applied: Applied, delivered: Delivered, step: Step) -> Release:
        """Wait for the pods; an unchanged but failing Deployment fails here again."""
        ready = 0
        for change in applied.changes.items:
            if change.ref == self.ref:
                ready += self._ready(change.ref, applied.generation, delivered, step)
            elif change.ref.kind == "Deployment":
                live = self.kube.get(change.ref) or {"metadata": {"generation": 0}}
                ready += self._ready(change.ref, live["metadata"]["generation"], delivered, step)
            elif change.ref.kind == "Job" and not jobs.is_migration(change.manifest):
                jobs.wait(change.ref, self.kube, self.timeout, step.waiting)
        step.summary = SUMMARIES[self.plan.kind].format(ready=ready, namespace=self.target.namespace)
        url = self.plan.expose.url if self.plan.expose else ""
        return Release(str(self.target.context), applied.changes, delivered.reference, ready, url)

    def _ready(self, ref: ObjectRef, generation: int, delivered: Delivered, step: Step) -> int:
        return rollout.wait(Rollout(ref, generation, delivered.reference, self.timeout), self.kube, step)

    @property
    def migration_timeout(self) -> float:
        """The Job ends itself by then; a moment more, so that it is the one to say so."""
        deadline = self.plan.migration.job.deadline if self.plan.migration else None
        return (deadline or self.timeout) + 10

    def status(self) -> Status:
        """The Deployment and its pods."""
        return inspection.status(self.plan.app, self.target, self.kube)

    def logs(self, *, tail: int, follow: bool, sink: Callable[[str], None]) -> None:
        """The lines of all pods, each with its pod's name when there are several."""
        inspection.logs(self.plan.app, self.kube, tail=tail, follow=follow, sink=sink)

    def down(self, step: Step) -> tuple[ObjectRef, ...]:
        """Delete what we made, the Deployment first, and wait for its pods."""
        return removal.down(self.plan.app, self.manifests(""), self.kube, step)
