"""How many copies, when an autoscaler decides on that: a hand-over that never shows 1 in between.

A field that its only owner leaves out is reset to its default, which for replicas is 1 (dry-run against 1.37). So the
live value is sent while we alone own it, and left out once another manager does; a new Deployment starts with the
autoscaler's least number. On the way back, the number is taken from the autoscaler if that is, or was, ours.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slimdeploy.artifacts.deploy import Manifest, ObjectRef
from slimdeploy.errors import SlimdeployError
from slimdeploy.manifests.labels import MANAGED_BY
from slimdeploy.tools.kube import MANAGER, Kube
from slimdeploy.tools.kube_errors import Conflict

FIELD, CONTROLLER = ".spec.replicas", "kube-controller-manager"


def least_of(manifests: Iterable[Manifest]) -> dict[str, int]:
    """The least number of copies of each Deployment that has an autoscaler in this set."""
    scalers = [each["spec"] for each in manifests if each["kind"] == "HorizontalPodAutoscaler"]
    return {
        spec["scaleTargetRef"]["name"]: int(spec.get("minReplicas", 1))
        for spec in scalers
        if spec["scaleTargetRef"]["kind"] == "Deployment"
    }


def handed_over(manifest: Manifest, live: Mapping[str, Any] | None, least: int) -> Manifest:
    """The manifest to send: with the number of copies for as long as nobody else keeps it."""
    if manifest["kind"] != "Deployment" or "replicas" in manifest["spec"]:
        return manifest
    if live is None:
        return _with(manifest, least)
    return manifest if _kept_by_others(live) else _with(manifest, int(live["spec"].get("replicas", least)))


def is_left_by_ours(conflicts: Sequence[Conflict], ref: ObjectRef, kube: Kube) -> bool:
    """Whether all that stands against us is the number that an autoscaler of ours has written.

    It is not wanted any more, or the manifest would hold no number. One that is gone already leaves its controller's
    name; if another one than ours scales this, the number is that one's.
    """
    if any((each.field, each.subresource) != (FIELD, "scale") for each in conflicts):
        return False
    try:
        scalers = kube.listed("HorizontalPodAutoscaler", ref.namespace, {})
    except SlimdeployError:
        return False  # we may not look: so it may be somebody else's
    there = [each for each in scalers if each["spec"]["scaleTargetRef"] == _target(ref)]
    if not there:
        return all(each.owner == CONTROLLER for each in conflicts)
    return all((each["metadata"].get("labels") or {}).get(MANAGED_BY) == MANAGER for each in there)


def _target(ref: ObjectRef) -> dict[str, str]:
    return {"apiVersion": "apps/v1", "kind": ref.kind, "name": ref.name}


def _with(manifest: Manifest, copies: int) -> Manifest:
    return {**manifest, "spec": {"replicas": copies, **manifest["spec"]}}


def _kept_by_others(live: Mapping[str, Any]) -> bool:
    entries = live["metadata"].get("managedFields", ())
    owners = [each for each in entries if "f:replicas" in (each.get("fieldsV1") or {}).get("f:spec", {})]
    return any(not (each["manager"] == MANAGER and each["operation"] == "Apply") for each in owners)
