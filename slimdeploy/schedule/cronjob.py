"""A CronJob (batch/v1) that redeploys from inside the cluster, with exactly the rights that `up` needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slimdeploy.artifacts.deploy import Manifest, Manifests
from slimdeploy.manifests.labels import labels
from slimdeploy.schedule.run import Cron
from slimdeploy.tools.kube import IN_CLUSTER
from slimdeploy.tools.kube_rules import rights, role


def objects(app: str, namespace: str, image: str, *, cron: Cron, kinds: Iterable[str]) -> Manifests:
    """ServiceAccount, Role, RoleBinding and CronJob. `image` holds slimdeploy, its tools and the project.

    The Role is for an app that is made of these kinds.
    """
    name = f"{app}-redeploy"
    common = {"name": name, "namespace": namespace, "labels": labels(app)}
    account = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    allowed = role(name, namespace, rights(kinds), account)
    return Manifests(
        (
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": common},
            *(each | {"metadata": common} for each in map(dict, allowed)),
            _cron_job(name, common, image, cron),
        )
    )


def _cron_job(name: str, metadata: dict[str, Any], image: str, cron: Cron) -> Manifest:
    """No run beside another one, one retry, and a deadline within which fewer than 100 runs can be missed."""
    job = {
        "backoffLimit": 1,
        "activeDeadlineSeconds": 3600,
        "template": {"spec": _pod(name, metadata["namespace"], image)},
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": metadata,
        "spec": {
            "schedule": str(cron),
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": 600,
            "successfulJobsHistoryLimit": 3,
            "failedJobsHistoryLimit": 3,
            "jobTemplate": {"spec": job},
        },
    }


def _pod(name: str, namespace: str, image: str) -> dict[str, Any]:
    """buildah needs unshare(2), which seccomp RuntimeDefault denies: this pod needs a namespace above `baseline`."""
    command = ["slimdeploy", "redeploy", "--directory", "/project", "--context", IN_CLUSTER, "--namespace", namespace]
    container = {
        "name": "redeploy",
        "image": image,
        "command": command,
        "env": [{"name": "HOME", "value": "/tmp"}],  # noqa: S108 - the path in the container
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108
    }
    return {
        "serviceAccountName": name,
        "restartPolicy": "Never",
        "securityContext": {"runAsNonRoot": True, "runAsUser": 1000, "seccompProfile": {"type": "Unconfined"}},
        "containers": [container],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }
