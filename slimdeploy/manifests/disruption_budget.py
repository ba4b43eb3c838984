"""PodDisruptionBudget policy/v1: of several copies, a drained node takes one at a time.

Not for a single copy: it would keep the node from being drained at all. A pod that does not work may always go
(unhealthyPodEvictionPolicy), or a crashing app would hold the node, too.
"""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.manifests.labels import metadata, selector


def disruption_budget(plan: WorkloadPlan, namespace: str | None) -> Manifest | None:
    """The PodDisruptionBudget; None below two copies."""
    if (plan.autoscale.least if plan.autoscale else plan.replicas) < 2:
        return None
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": metadata(plan, namespace),
        "spec": {
            "maxUnavailable": 1,
            "selector": {"matchLabels": selector(plan.name)},
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
        },
    }
