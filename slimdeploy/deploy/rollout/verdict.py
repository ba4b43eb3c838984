"""Whether a release is rolled out, or is not the one that is there any more. Pure.

Done (kubectl's own rule, polymorphichelpers/rollout_status.go): our generation is observed, every replica is updated
and available, no old one is left. Only the pods of the newest ReplicaSet count; their image is our digest.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.deploy.comparing.fields import field_changes
from slimdeploy.deploy.rollout.doom import Doom
from slimdeploy.deploy.rollout.observation import Seen
from slimdeploy.records import frozen
from slimdeploy.tools.kube import MANAGER


@frozen
class Rollout:
    """What is waited for: `generation` of a Deployment, running `image`, at most `timeout` seconds."""

    ref: ObjectRef
    generation: int
    image: str
    timeout: float


def is_done(seen: Seen, rollout: Rollout) -> bool:
    """Whether the live generation is fully rolled out and runs our image."""
    status, wanted = seen.deployment.get("status", {}), seen.wanted
    if seen.observed < max(rollout.generation, seen.deployment["metadata"]["generation"]):
        return False
    counts = [status.get(each, 0) for each in ("replicas", "updatedReplicas", "availableReplicas")]
    images = [each["image"] for each in seen.deployment["spec"]["template"]["spec"]["containers"]]
    return counts == [wanted] * 3 and rollout.image in images and seen.ready == wanted


def superseded(seen: Seen, rollout: Rollout, spec: Mapping[str, Any] | None) -> Doom | None:
    """Somebody else's release over ours. Replicas alone are an autoscaler's or a person's good right."""
    generation = seen.deployment["metadata"]["generation"]
    if generation <= rollout.generation:
        return None
    changes = [] if spec is None else [each.path for each in field_changes(spec, spec_of(seen.deployment))]
    if spec is not None and not changes:
        return None
    what = f": spec.{changes[0]}" + (f" and {len(changes) - 1} more" if len(changes) > 1 else "") if changes else ""
    who = last_manager(seen.deployment) or "somebody else"
    return Doom(f"superseded by {who} at generation {generation}{what}", "Superseded", ours=False)


def spec_of(deployment: Mapping[str, Any]) -> dict[str, Any]:
    """What makes a release: the spec without its replicas."""
    return {key: value for key, value in deployment["spec"].items() if key != "replicas"}


def last_manager(stored: Mapping[str, Any]) -> str:
    """Who wrote an object last, status aside."""
    entries = [each for each in stored["metadata"].get("managedFields", ()) if each.get("subresource") != "status"]
    newest: Mapping[str, Any] = max(entries, key=lambda each: str(each.get("time", "")), default={})
    return str(newest.get("manager", ""))


def is_foreign(seen: Seen, rollout: Rollout) -> bool:
    """Whether the first look came after somebody else's write. A scaling is none."""
    if seen.deployment["metadata"]["generation"] <= rollout.generation:
        return False
    entries = seen.deployment["metadata"].get("managedFields", ())
    newest: Mapping[str, Any] = max(entries, key=lambda each: str(each.get("time", "")), default={})
    return newest.get("manager") != MANAGER and newest.get("subresource") not in {"scale", "status"}
