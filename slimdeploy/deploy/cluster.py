"""The Kubernetes target: dry-run the whole set, apply what differs, wait, and take it all down again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy import Applied, Changes, Manifests, ObjectRef, Release
from slimdeploy.artifacts.deploy_plan import ClusterTarget, WorkloadPlan
from slimdeploy.deploy import adoption, inspection, removal, rollout
from slimdeploy.deploy.destination import Status
from slimdeploy.deploy.diff import diff
from slimdeploy.deploy.preparation import prepare
from slimdeploy.deploy.rollout import Rollout
from slimdeploy.errors import InternalError
from slimdeploy.events import Report, Step
from slimdeploy.manifests.render import render
from slimdeploy.tools.kube import Kube


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
        return diff(self.manifests(image), self.kube)

    def before_writing(self, changes: Changes, report: Report) -> None:
        """Check that we may, and say what and where. A namespace that may be made is made here."""
        prepare(self.plan.app, changes, self.kube, report)

    def apply(self, changes: Changes, delivered: Delivered) -> Applied:
        """Server-side apply of what differs, in order."""
        if not isinstance(delivered, Delivered):
            raise InternalError("nothing is applied before its image is delivered")
        written: dict[ObjectRef, dict[str, Any]] = {}
        for change in changes.pending:
            if change.adopts:
                adoption.take(change.ref, self.kube)
            written[change.ref] = self.kube.apply(change.manifest, dry_run=False).object
        deployment = written.get(self.ref) or self.kube.get(self.ref) or {"metadata": {"generation": 0}}
        return Applied(changes, self.plan.app, deployment["metadata"]["generation"])

    def rollout(self, applied: Applied, delivered: Delivered, step: Step) -> Release:
        """Wait for the pods; an unchanged but failing Deployment fails here again."""
        wanted = Rollout(self.ref, applied.generation, delivered.reference, self.timeout)
        ready = rollout.wait(wanted, self.kube, step)
        step.summary = f"{ready} ready in {self.target.namespace}"
        return Release(str(self.target.context), applied.changes, delivered.reference, ready)

    def status(self) -> Status:
        """The Deployment and its pods."""
        return inspection.status(self.plan.app, self.target, self.kube)

    def logs(self, *, tail: int, follow: bool, sink: Callable[[str], None]) -> None:
        """The lines of all pods, each with its pod's name when there are several."""
        inspection.logs(self.plan.app, self.kube, tail=tail, follow=follow, sink=sink)

    def down(self, step: Step) -> tuple[ObjectRef, ...]:
        """Delete what we made, the Deployment first, and wait for its pods."""
        return removal.down(self.plan.app, self.manifests(""), self.kube, step)
