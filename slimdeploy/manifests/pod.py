"""The pod, hardened: it passes the Pod Security Standard `restricted` field by field, whatever kind makes it.

https://kubernetes.io/docs/concepts/security/pod-security-standards/ (restricted). Beyond that: no token, a read-only
root with a writable /tmp, no service environment variables (a Service named after the app would set APP_PORT). No
appArmorProfile: a node without AppArmor rejects such pods in a loop.
"""

from __future__ import annotations

from typing import Any

from slimdeploy.artifacts.workload import Volume, WorkloadPlan
from slimdeploy.manifests.content import config_map_name, secret_name
from slimdeploy.manifests.labels import pod_labels, selector
from slimdeploy.manifests.probes import probes

NOWHERE = "localhost/"
"""No registry has this name: such an image is on the node already, or will never be."""
READABLE = 0o444


def template(plan: WorkloadPlan, image: str) -> dict[str, Any]:
    """The pod template of a Deployment or a Job, running `image` (repository@digest)."""
    annotations = {"annotations": dict(plan.pods.annotations)} if plan.pods.annotations else {}
    return {"metadata": {"labels": pod_labels(plan), **annotations}, "spec": _pod(plan, image)}


def literal(text: str) -> str:
    """Kubernetes expands $(NAME) in args and env, and takes $$ for $ (client-go's expansion): what is meant arrives."""
    return text.replace("$", "$$")


def _pod(plan: WorkloadPlan, image: str) -> dict[str, Any]:
    return {
        "serviceAccountName": plan.app,
        "automountServiceAccountToken": plan.account.token,
        "enableServiceLinks": False,
        **({"restartPolicy": "Never"} if plan.kind != "service" else {}),
        "terminationGracePeriodSeconds": plan.pods.grace + _drain(plan),
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": plan.user,
            "runAsGroup": plan.user,
            **({"fsGroup": plan.user} if any(each.claim for each in plan.pods.volumes) else {}),
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        **_placement(plan),
        "containers": [_container(plan, image)],
        "volumes": [{"name": "tmp", "emptyDir": {}}, *_config_volume(plan), *map(_volume, plan.pods.volumes)],
    }


def _placement(plan: WorkloadPlan) -> dict[str, Any]:
    rules = plan.pods
    spread = {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "ScheduleAnyway",
        "labelSelector": {"matchLabels": selector(plan.name)},
    }
    found = {
        "topologySpreadConstraints": [spread] if plan.kind == "service" else [],
        "imagePullSecrets": [{"name": name} for name in rules.pull_secrets],
        "nodeSelector": dict(rules.node_selector),
        "tolerations": [dict(each) for each in rules.tolerations],
    }
    return {name: value for name, value in found.items() if value}


def _container(plan: WorkloadPlan, image: str) -> dict[str, Any]:
    limits = {"memory": plan.memory} | ({"cpu": plan.cpu_limit} if plan.cpu_limit else {})
    return {
        "name": plan.name,
        "image": image,
        "imagePullPolicy": "Never" if image.startswith(NOWHERE) else "IfNotPresent",
        **({"args": [literal(each) for each in plan.args]} if plan.args else {}),
        "env": _environment(plan),
        **({"ports": _ports(plan)} if plan.ports else {}),
        "resources": {"requests": {"cpu": plan.cpu, "memory": plan.memory}, "limits": limits},
        **probes(plan),
        **({"lifecycle": {"preStop": {"sleep": {"seconds": _drain(plan)}}}} if _drain(plan) else {}),
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the path in the container
            *({"name": "config", "mountPath": e.target, "subPath": e.key, "readOnly": True} for e in plan.config),
            *(_mount(each) for each in plan.pods.volumes),
        ],
    }


def _environment(plan: WorkloadPlan) -> list[dict[str, Any]]:
    ours, found = secret_name(plan), {name: {"value": literal(value)} for name, value in plan.env}
    references = [(each.name, ours, each.name) for each in plan.secrets]
    references += [(each.name, each.secret, each.key) for each in plan.existing]
    known: dict[str, dict[str, Any]] = {**found}
    for name, secret, key in references:
        known[name] = {"valueFrom": {"secretKeyRef": {"name": secret, "key": key}}}
    return [{"name": name, **value} for name, value in sorted(known.items())]


def _drain(plan: WorkloadPlan) -> int:
    """Endpoints are taken away while the pod is told to end: it goes on for a moment, if there is a Service at all."""
    return plan.pods.drain if plan.ports else 0


def _ports(plan: WorkloadPlan) -> list[dict[str, Any]]:
    return [{"name": port.name, "containerPort": port.number, "protocol": port.protocol} for port in plan.ports]


def _config_volume(plan: WorkloadPlan) -> list[dict[str, Any]]:
    """Mounted file by file (subPath): what the image has in the same folder stays visible."""
    if not plan.config:
        return []
    return [{"name": "config", "configMap": {"name": config_map_name(plan), "defaultMode": READABLE}}]


def _volume(volume: Volume) -> dict[str, Any]:
    if volume.claim:
        read_only = {"readOnly": True} if volume.read_only else {}
        return {"name": volume.name, "persistentVolumeClaim": {"claimName": volume.claim, **read_only}}
    return {"name": volume.name, "emptyDir": {"sizeLimit": volume.size} if volume.size else {}}


def _mount(volume: Volume) -> dict[str, Any]:
    return {"name": volume.name, "mountPath": volume.path} | ({"readOnly": True} if volume.read_only else {})
