"""Job batch/v1: a program that ends, and is run once for each version of it.

A Job's template is immutable, so its name says what it runs: an unchanged one is there already, and nothing happens.
It is therefore never removed by the clock (ttlSecondsAfterFinished), which would run it again.
"""

from __future__ import annotations

from typing import Any

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.manifests.content import short_hash
from slimdeploy.manifests.labels import metadata
from slimdeploy.manifests.pod import template

NODE_WENT = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]}
"""A pod that was evicted has not failed: it is run again, and does not count (KEP-3329)."""


def job(plan: WorkloadPlan, namespace: str | None, image: str) -> Manifest:
    """The Job that runs `image` (repository@digest) to its end."""
    spec = job_spec(plan, image)
    name = f"{plan.name}-{short_hash(spec)}"
    return {"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata(plan, namespace, name=name), "spec": spec}


def job_spec(plan: WorkloadPlan, image: str) -> dict[str, Any]:
    """How it is run: what a CronJob's jobTemplate holds, too."""
    return {
        "backoffLimit": plan.job.retries,
        **({"activeDeadlineSeconds": plan.job.deadline} if plan.job.deadline else {}),
        "podFailurePolicy": {"rules": [NODE_WENT]},
        "template": template(plan, image),
    }


def renamed(manifest: dict[str, Any]) -> dict[str, Any]:
    """A Job whose spec was changed has another name; every other object keeps its own."""
    if manifest["kind"] == "Job":
        base = manifest["metadata"]["name"].rpartition("-")[0]
        manifest["metadata"]["name"] = f"{base}-{short_hash(manifest['spec'])}"
    return manifest
