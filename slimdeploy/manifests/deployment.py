"""Deployment apps/v1, hardened: it passes the Pod Security Standard `restricted` field by field.

https://kubernetes.io/docs/concepts/security/pod-security-standards/ (restricted). Beyond that: no token, a read-only
root with a writable /tmp, no service environment variables (a Service named after the app would set APP_PORT), no pod
is taken away before its successor serves. No appArmorProfile: a node without AppArmor rejects such pods in a loop.
"""

from __future__ import annotations

from typing import Any

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.deploy_plan import Health, WorkloadPlan
from slimdeploy.manifests.labels import labels, metadata, selector

GRACE_SECONDS = 30
KEPT_REPLICA_SETS = 3
NOWHERE = "localhost/"
"""No registry has this name: such an image is on the node already, or will never be."""


def deployment(plan: WorkloadPlan, namespace: str | None, image: str) -> Manifest:
    """The Deployment that runs `image` (repository@digest)."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": metadata(plan.app, namespace),
        "spec": {
            "replicas": plan.replicas,
            "revisionHistoryLimit": KEPT_REPLICA_SETS,
            "selector": {"matchLabels": selector(plan.app)},
            "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}},
            "template": {"metadata": {"labels": labels(plan.app)}, "spec": _pod(plan, image)},
        },
    }


def _pod(plan: WorkloadPlan, image: str) -> dict[str, Any]:
    return {
        "serviceAccountName": plan.app,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "terminationGracePeriodSeconds": GRACE_SECONDS,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": plan.user,
            "runAsGroup": plan.user,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "topologySpreadConstraints": [
            {
                "maxSkew": 1,
                "topologyKey": "kubernetes.io/hostname",
                "whenUnsatisfiable": "ScheduleAnyway",
                "labelSelector": {"matchLabels": selector(plan.app)},
            }
        ],
        "containers": [_container(plan, image)],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }


def _container(plan: WorkloadPlan, image: str) -> dict[str, Any]:
    return {
        "name": plan.app,
        "image": image,
        "imagePullPolicy": "Never" if image.startswith(NOWHERE) else "IfNotPresent",
        **({"args": [literal(each) for each in plan.args]} if plan.args else {}),
        "env": [{"name": name, "value": literal(value)} for name, value in plan.env],
        **({"ports": _ports(plan)} if plan.ports else {}),
        "resources": {
            "requests": {"cpu": plan.cpu, "memory": plan.memory},
            "limits": {"memory": plan.memory},
        },
        **(_probes(plan.health) if plan.health else {}),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - the path in the container
    }


def literal(text: str) -> str:
    """Kubernetes expands $(NAME) in args and env, and takes $$ for $ (client-go's expansion): what is meant arrives."""
    return text.replace("$", "$$")


def _ports(plan: WorkloadPlan) -> list[dict[str, Any]]:
    return [{"name": port.name, "containerPort": port.number, "protocol": "TCP"} for port in plan.ports]


def _probes(health: Health) -> dict[str, Any]:
    """Readiness asks the program; liveness and start-up only whether it listens: a slow dependency restarts nothing."""
    listens: dict[str, Any] = {"tcpSocket": {"port": health.port.name}}
    answers: dict[str, dict[str, Any]] = {
        "http": {"httpGet": {"path": health.path, "port": health.port.name}},
        "grpc": {"grpc": {"port": health.port.number}},
        "tcp": listens,
    }
    return {
        "startupProbe": listens | {"periodSeconds": 1, "failureThreshold": 60},
        "readinessProbe": answers[health.kind] | {"periodSeconds": 2, "timeoutSeconds": 2},
        "livenessProbe": listens | {"periodSeconds": 10, "timeoutSeconds": 2},
    }
