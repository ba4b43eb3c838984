"""The Kubernetes target: dry-run the whole set, apply what differs, wait, and take it all down again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Any

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy import Applied, Changes, Manifests, ObjectRef, Release
from slimdeploy.artifacts.deploy_plan import ClusterTarget, WorkloadPlan
from slimdeploy.deploy import diagnosis, rollout
from slimdeploy.deploy.destination import Instance, Status
from slimdeploy.deploy.diff import diff
from slimdeploy.deploy.rollout import Rollout
from slimdeploy.errors import CleanupIncomplete, InternalError, PolicyRefused
from slimdeploy.events import Step
from slimdeploy.manifests.labels import MANAGED_BY, selector
from slimdeploy.manifests.render import render
from slimdeploy.tools.kube import MANAGER, Kube

DOWN_SECONDS = 60.0


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

    def apply(self, changes: Changes, delivered: Delivered) -> Applied:
        """Server-side apply of what differs, in order."""
        if not isinstance(delivered, Delivered):
            raise InternalError("nothing is applied before its image is delivered")
        written: dict[ObjectRef, dict[str, Any]] = {}
        for change in changes.pending:
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
        seen = rollout.look(self.ref, self.kube)
        where = f"{self.target.context}/{self.target.namespace}"
        if seen is None:
            return Status(self.plan.app, where, "", 0, ())
        image = seen.deployment["spec"]["template"]["spec"]["containers"][0]["image"]
        pods = self.kube.pods(self.target.namespace, selector(self.plan.app))
        return Status(self.plan.app, where, image, seen.wanted, tuple(_instance(pod) for pod in pods))

    def logs(self, *, tail: int, follow: bool, sink: Callable[[str], None]) -> None:
        """The lines of all pods, each with its pod's name when there are several."""
        pods = self.kube.pods(self.target.namespace, selector(self.plan.app))
        names = [pod["metadata"]["name"] for pod in pods]
        prefixes = {name: f"{name}  " if len(names) > 1 else "" for name in names}
        if not follow:
            for name in names:
                for line in self.kube.logs(self.target.namespace, name, tail=tail).splitlines():
                    sink(prefixes[name] + line)
            return
        followers = [
            threading.Thread(target=self._follow, args=(name, tail, prefixes[name], sink), daemon=True)
            for name in names
        ]
        for follower in followers:
            follower.start()
        for follower in followers:
            follower.join()

    def down(self, step: Step) -> tuple[ObjectRef, ...]:
        """Delete what we made, the Deployment first, and wait for its pods."""
        refs = [ObjectRef.of(manifest) for manifest in reversed(self.manifests("").objects)]
        found = [(ref, live) for ref in refs if (live := self.kube.get(ref))]
        foreign = [str(ref) for ref, live in found if live["metadata"].get("labels", {}).get(MANAGED_BY) != MANAGER]
        if foreign:
            raise PolicyRefused(f"not made by slimdeploy: {', '.join(foreign)}", hint="nothing was deleted")
        for ref, live in found:
            self.kube.delete(ref, live["metadata"]["uid"])
        self._wait_gone([ref for ref, _ in found], step)
        return tuple(ref for ref, _ in found)

    def _wait_gone(self, refs: list[ObjectRef], step: Step) -> None:
        deadline = time.monotonic() + DOWN_SECONDS
        while left := [ref for ref in refs if self.kube.get(ref)] or self._pods_left():
            if time.monotonic() > deadline:
                names = ", ".join(str(ref) for ref in left)
                raise CleanupIncomplete(f"still there after {DOWN_SECONDS:g} s: {names}", hint="run it again later")
            step.waiting(f"{len(left)} left")
            time.sleep(0.5)

    def _pods_left(self) -> list[ObjectRef]:
        pods = self.kube.pods(self.target.namespace, selector(self.plan.app))
        return [ObjectRef("Pod", pod["metadata"]["name"], self.target.namespace) for pod in pods]

    def _follow(self, pod: str, tail: int, prefix: str, sink: Callable[[str], None]) -> None:
        self.kube.follow(self.target.namespace, pod, tail, lambda line: sink(prefix + line))


def _instance(pod: dict[str, Any]) -> Instance:
    statuses = pod.get("status", {}).get("containerStatuses") or [{}]
    return Instance(
        name=pod["metadata"]["name"],
        state=diagnosis.pod_state(pod),
        ready=diagnosis.is_ready(pod),
        restarts=statuses[0].get("restartCount", 0),
        image=pod["spec"]["containers"][0]["image"],
    )
