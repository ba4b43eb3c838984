"""ServiceAccount v1: an identity of the app's own; without a token, unless the program talks to the API server."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.manifests.labels import metadata


def service_account(plan: WorkloadPlan, namespace: str | None) -> Manifest:
    """The ServiceAccount that the pods run as."""
    annotations = {"annotations": dict(plan.account.annotations)} if plan.account.annotations else {}
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(plan, namespace) | annotations,
        "automountServiceAccountToken": plan.account.token,
    }
