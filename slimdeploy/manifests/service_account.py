"""ServiceAccount v1: an identity of the app's own, without a token: the program does not talk to the API server."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.deploy_plan import WorkloadPlan
from slimdeploy.manifests.labels import metadata


def service_account(plan: WorkloadPlan, namespace: str | None) -> Manifest:
    """The ServiceAccount that the pods run as."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(plan.app, namespace),
        "automountServiceAccountToken": False,
    }
