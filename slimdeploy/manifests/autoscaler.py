"""HorizontalPodAutoscaler autoscaling/v2."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.manifests.labels import metadata


def autoscaler(plan: WorkloadPlan, namespace: str | None) -> Manifest | None:
    """The autoscaler; None where the number of copies is fixed."""
    if plan.autoscale is None:
        return None
    wanted = (("cpu", plan.autoscale.cpu), ("memory", plan.autoscale.memory))
    metrics = [
        {
            "type": "Resource",
            "resource": {"name": name, "target": {"type": "Utilization", "averageUtilization": percent}},
        }
        for name, percent in wanted
        if percent is not None
    ]
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": metadata(plan, namespace),
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": plan.name},
            "minReplicas": plan.autoscale.least,
            "maxReplicas": plan.autoscale.most,
            "metrics": metrics,
        },
    }
