"""Service v1: a stable address for the pods."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.manifests.labels import metadata, selector


def service(plan: WorkloadPlan, namespace: str | None) -> Manifest | None:
    """The Service; None for a worker, which has no port."""
    if not plan.ports:
        return None
    ports = [
        {"name": port.name, "port": port.service or port.number, "targetPort": port.name, "protocol": port.protocol}
        for port in plan.ports
    ]
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": metadata(plan, namespace),
        "spec": {"type": "ClusterIP", "selector": selector(plan.name), "ports": ports},
    }
