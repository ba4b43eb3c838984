"""Deployment apps/v1: no pod is taken away before its successor serves."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.manifests.labels import metadata, selector
from slimdeploy.manifests.pod import template

KEPT_REPLICA_SETS = 3


def deployment(plan: WorkloadPlan, namespace: str | None, image: str) -> Manifest:
    """The Deployment that runs `image` (repository@digest). An autoscaler's number of copies is not ours to say."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(plan, namespace),
        "spec": {
            **({} if plan.autoscale else {"replicas": plan.replicas}),
            "revisionHistoryLimit": KEPT_REPLICA_SETS,
            "selector": {"matchLabels": selector(plan.name)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": template(plan, image),
        },
    }
