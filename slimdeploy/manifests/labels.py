"""The labels of everything we make (kubernetes.io "Recommended Labels"), and the smaller set that selects.

Selectors are immutable and nothing in the pod template may change from run to run: so no version, no revision.
"""

from __future__ import annotations

MANAGER = "slimdeploy"
NAME = "app.kubernetes.io/name"
INSTANCE = "app.kubernetes.io/instance"
MANAGED_BY = "app.kubernetes.io/managed-by"


def selector(app: str) -> dict[str, str]:
    """What a Service, a Deployment and a list of pods select by."""
    return {NAME: app, INSTANCE: app}


def labels(app: str) -> dict[str, str]:
    """What each object carries."""
    return selector(app) | {MANAGED_BY: MANAGER}


def metadata(app: str, namespace: str | None) -> dict[str, object]:
    """The metadata of each object. Without a namespace, whoever applies it chooses."""
    return {"name": app} | ({"namespace": namespace} if namespace else {}) | {"labels": labels(app)}
