"""The labels of everything we make (kubernetes.io "Recommended Labels"), and the smaller set that selects.

Selectors are immutable and nothing in the pod template may change from run to run: so no version, no revision. Objects
of a further process carry the app's labels, too, by which they are listed; its pods have its own, or the app's Service
would select them.
"""

from __future__ import annotations

from typing import Any

from slimdeploy.artifacts.workload import WorkloadPlan

MANAGER = "slimdeploy"
NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"
MANAGED_BY = "app.kubernetes.io/managed-by"
PROCESS = "slimdeploy.io/process"
PART_OF = "app.kubernetes.io/part-of"
CONTENT_HASH = "slimdeploy.io/content-hash"


def selector(app: str) -> dict[str, str]:
    """What a Service, a Deployment and a list of pods select by."""
    return {NAME: app, INSTANCE: app}


def labels(app: str) -> dict[str, str]:
    """What each object carries."""
    return selector(app) | {MANAGED_BY: MANAGER}


def pod_labels(plan: WorkloadPlan) -> dict[str, str]:
    """What the pods carry: what selects them, whose they are, and what slim.toml adds."""
    part = {PART_OF: plan.app} if plan.process else {}
    return dict(plan.pods.labels) | labels(plan.name) | part


def metadata(
    plan: WorkloadPlan, namespace: str | None, *, name: str = "", more: dict[str, str] | None = None
) -> dict[str, Any]:
    """The metadata of an object, called as the plan is if it has no other name. Without a namespace, the applier's."""
    process = {PROCESS: plan.process} if plan.process else {}
    return {
        "name": name or plan.name,
        **({"namespace": namespace} if namespace else {}),
        "labels": dict(plan.pods.labels) | labels(plan.app) | process | (more or {}),
    }
