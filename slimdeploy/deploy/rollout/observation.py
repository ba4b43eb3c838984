"""One look at a rollout: the Deployment, its newest ReplicaSet, and that one's pods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.deploy.comparing.diff import REVISION
from slimdeploy.deploy.rollout import pods
from slimdeploy.manifests.labels import selector
from slimdeploy.records import frozen
from slimdeploy.tools.kube import Kube


@frozen
class Seen:
    """One look at the cluster."""

    deployment: Mapping[str, Any]
    pods: tuple[Mapping[str, Any], ...]
    replica_set: Mapping[str, Any] | None = None

    @property
    def wanted(self) -> int:
        """Replicas of the live object: an autoscaler may have changed ours."""
        return int(self.deployment["spec"].get("replicas", 1))

    @property
    def ready(self) -> int:
        """How many of the new pods serve."""
        return sum(pods.is_ready(pod) for pod in self.pods)

    @property
    def observed(self) -> int:
        """The generation that the Deployment controller has acted on; what the status says is about that one."""
        return int(self.deployment.get("status", {}).get("observedGeneration", 0))

    @property
    def suspect(self) -> Mapping[str, Any] | None:
        """The pod to ask why: the one that was started most often, of those that do not serve."""
        waiting = [pod for pod in self.pods if not pods.is_ready(pod)]
        return max(waiting, key=pods.restarts, default=None)


def look(ref: ObjectRef, kube: Kube) -> Seen | None:
    """One look; None when the Deployment is gone."""
    deployment = kube.get(ref)
    if deployment is None:
        return None
    labels = deployment["spec"].get("selector", {}).get("matchLabels") or selector(ref.name)
    newest = newest_of(deployment, kube.replica_sets(ref.namespace, labels))
    template = newest["metadata"]["labels"]["pod-template-hash"] if newest else None
    found = kube.pods(ref.namespace, labels)
    mine = (pod for pod in found if pod["metadata"]["labels"].get("pod-template-hash") == template)
    return Seen(deployment, tuple(pod for pod in mine if "deletionTimestamp" not in pod["metadata"]), newest)


def newest_of(deployment: Mapping[str, Any], replica_sets: Iterable[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The ReplicaSet that has the Deployment's own revision."""
    uid, revision = deployment["metadata"]["uid"], _revision(deployment)
    for each in replica_sets:
        owners = [owner["uid"] for owner in each["metadata"].get("ownerReferences", ())]
        if uid in owners and _revision(each) == revision:
            return each
    return None


def _revision(item: Mapping[str, Any]) -> str | None:
    revision: str | None = item["metadata"].get("annotations", {}).get(REVISION)
    return revision
