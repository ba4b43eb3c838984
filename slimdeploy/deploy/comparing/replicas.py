"""How many copies, when an autoscaler decides on that: a hand-over that never shows 1 in between.

A field that its only owner leaves out is reset to its default, which for replicas is 1 (dry-run against 1.37). So the
live value is sent while we alone own it, and left out once another manager does; a new Deployment starts with the
autoscaler's least number.
https://kubernetes.io/docs/reference/using-api/server-side-apply/#transferring-ownership
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.tools.kube import MANAGER


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


def _with(manifest: Manifest, copies: int) -> Manifest:
    return {**manifest, "spec": {"replicas": copies, **manifest["spec"]}}


def _kept_by_others(live: Mapping[str, Any]) -> bool:
    entries = live["metadata"].get("managedFields", ())
    owners = [each for each in entries if "f:replicas" in (each.get("fieldsV1") or {}).get("f:spec", {})]
    return any(not (each["manager"] == MANAGER and each["operation"] == "Apply") for each in owners)
