"""Wait until the new pods serve, or until that is hopeless.

Done (kubectl's own rule, polymorphichelpers/rollout_status.go): our generation is observed, every replica is updated
and available, no old one is left. Only the pods of the newest ReplicaSet count; their image is our digest.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.deploy import diagnosis
from slimdeploy.deploy.diagnosis import Doom
from slimdeploy.deploy.diff import REVISION
from slimdeploy.errors import RolloutFailed
from slimdeploy.events import Step
from slimdeploy.manifests.labels import selector
from slimdeploy.tools.kube import MANAGER, Kube

INTERVAL = 0.25
"""Seconds between two looks: 4 requests of 6 ms each."""


@dataclass(frozen=True)
class Rollout:
    """What is waited for: `generation` of a Deployment, running `image`, at most `timeout` seconds."""

    ref: ObjectRef
    generation: int
    image: str
    timeout: float


@dataclass(frozen=True)
class Seen:
    """One look at the cluster: the Deployment and the pods of its newest ReplicaSet."""

    deployment: Mapping[str, Any]
    pods: tuple[Mapping[str, Any], ...]

    @property
    def wanted(self) -> int:
        """Replicas of the live object: an autoscaler may have changed ours."""
        return int(self.deployment["spec"].get("replicas", 1))

    @property
    def ready(self) -> int:
        """How many of the new pods serve."""
        return sum(diagnosis.is_ready(pod) for pod in self.pods)


def wait(rollout: Rollout, kube: Kube, step: Step) -> int:
    """Wait and return the number of ready pods. Raises RolloutFailed with cause and evidence."""
    deadline = time.monotonic() + rollout.timeout
    while True:
        seen = look(rollout.ref, kube)
        if seen is None:
            raise RolloutFailed(f"{rollout.ref} was deleted while its rollout was waited for")
        if is_done(seen, rollout):
            return seen.ready
        doom = find_doom(seen, rollout)
        late = time.monotonic() > deadline
        if doom or late:
            raise failure(rollout, seen, doom, kube)
        step.waiting(describe(seen))
        time.sleep(INTERVAL)


def look(ref: ObjectRef, kube: Kube) -> Seen | None:
    """One look; None when the Deployment is gone."""
    deployment = kube.get(ref)
    if deployment is None:
        return None
    labels = selector(ref.name)
    newest = newest_hash(deployment, kube.replica_sets(ref.namespace, labels))
    pods = kube.pods(ref.namespace, labels)
    mine = (pod for pod in pods if pod["metadata"]["labels"].get("pod-template-hash") == newest)
    return Seen(deployment, tuple(pod for pod in mine if "deletionTimestamp" not in pod["metadata"]))


def newest_hash(deployment: Mapping[str, Any], replica_sets: tuple[Mapping[str, Any], ...]) -> str | None:
    """pod-template-hash of the ReplicaSet that has the Deployment's own revision."""
    uid, revision = deployment["metadata"]["uid"], _revision(deployment)
    for each in replica_sets:
        owners = [owner["uid"] for owner in each["metadata"].get("ownerReferences", ())]
        if uid in owners and _revision(each) == revision:
            found: str = each["metadata"]["labels"]["pod-template-hash"]
            return found
    return None


def is_done(seen: Seen, rollout: Rollout) -> bool:
    """Whether our generation is fully rolled out and runs our image."""
    status, wanted = seen.deployment.get("status", {}), seen.wanted
    if status.get("observedGeneration", 0) < rollout.generation:
        return False
    counts = [status.get(each, 0) for each in ("replicas", "updatedReplicas", "availableReplicas")]
    image = seen.deployment["spec"]["template"]["spec"]["containers"][0]["image"]
    return counts == [wanted] * 3 and image == rollout.image and seen.ready == wanted


def find_doom(seen: Seen, rollout: Rollout) -> Doom | None:
    """What makes waiting longer pointless."""
    if seen.deployment["metadata"]["generation"] > rollout.generation and not _only_scaled(seen.deployment):
        return Doom("somebody else changed the Deployment meanwhile", "superseded")
    if seen.deployment.get("status", {}).get("observedGeneration", 0) < rollout.generation:
        return None
    blocked = diagnosis.deployment_doom(seen.deployment)
    return blocked or next((doom for doom in map(diagnosis.pod_doom, seen.pods) if doom), None)


def _only_scaled(deployment: Mapping[str, Any]) -> bool:
    """Whether the number of copies is not ours, but an autoscaler's: then it may change the generation at any time."""
    entries = deployment["metadata"].get("managedFields", ())
    ours = [each["fieldsV1"].get("f:spec", {}) for each in entries if each["manager"] == MANAGER]
    return bool(ours) and not any("f:replicas" in fields for fields in ours)


def describe(seen: Seen) -> str:
    """One line for people: how far it is, and what the rest waits for."""
    waiting = [diagnosis.pod_state(pod) for pod in seen.pods if not diagnosis.is_ready(pod)]
    return f"{seen.ready}/{seen.wanted} ready" + (f", {waiting[0]}" if waiting else "")


def failure(rollout: Rollout, seen: Seen, doom: Doom | None, kube: Kube) -> RolloutFailed:
    """The error, with the state of each pod, its events and its last log lines."""
    cause = doom.cause if doom else f"not ready after {rollout.timeout:g} s"
    what = f"{rollout.ref} in {rollout.ref.namespace}: {cause}"
    evidence = [f"{pod['metadata']['name']}: {diagnosis.pod_state(pod)}" for pod in seen.pods]
    suspect = next((pod for pod in seen.pods if not diagnosis.is_ready(pod)), None)
    log: list[str] = []
    if suspect is not None:
        evidence += diagnosis.event_lines(
            kube.events(rollout.ref.namespace, suspect["metadata"]["name"]), probes=doom is None
        )
        log = diagnosis.last_lines(suspect, kube)
    details = (*evidence, *([f"last lines of {suspect['metadata']['name']}:", *log] if suspect and log else ()))
    return RolloutFailed(
        what,
        details=details,
        hint=diagnosis.advice(cause, evidence, log),
        kind=doom.kind if doom else "Timeout",
        ours=not doom or doom.kind not in {"superseded", "Paused"},
    )


def _revision(item: Mapping[str, Any]) -> str | None:
    revision: str | None = item["metadata"].get("annotations", {}).get(REVISION)
    return revision
