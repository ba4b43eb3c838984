"""Where the API server keeps each kind that we ask for. (Discovery would be a request a group.)"""

from __future__ import annotations

from collections.abc import Mapping

from slimdeploy.artifacts.deploy import ObjectRef

PATHS = {
    "Namespace": "/api/v1/namespaces",
    "ServiceAccount": "/api/v1/namespaces/{}/serviceaccounts",
    "ConfigMap": "/api/v1/namespaces/{}/configmaps",
    "Secret": "/api/v1/namespaces/{}/secrets",
    "Service": "/api/v1/namespaces/{}/services",
    "Deployment": "/apis/apps/v1/namespaces/{}/deployments",
    "Job": "/apis/batch/v1/namespaces/{}/jobs",
    "CronJob": "/apis/batch/v1/namespaces/{}/cronjobs",
    "PodDisruptionBudget": "/apis/policy/v1/namespaces/{}/poddisruptionbudgets",
    "HorizontalPodAutoscaler": "/apis/autoscaling/v2/namespaces/{}/horizontalpodautoscalers",
    "NetworkPolicy": "/apis/networking.k8s.io/v1/namespaces/{}/networkpolicies",
    "Ingress": "/apis/networking.k8s.io/v1/namespaces/{}/ingresses",
    "HTTPRoute": "/apis/gateway.networking.k8s.io/v1/namespaces/{}/httproutes",
    "ReplicaSet": "/apis/apps/v1/namespaces/{}/replicasets",
    "Pod": "/api/v1/namespaces/{}/pods",
    "Lease": "/apis/coordination.k8s.io/v1/namespaces/{}/leases",
    "Event": "/api/v1/namespaces/{}/events",
    "Node": "/api/v1/nodes",
}


def path_of(ref: ObjectRef) -> str:
    """The path of one object."""
    return f"{PATHS[ref.kind].format(ref.namespace)}/{ref.name}"


def equal(selector: Mapping[str, str]) -> str:
    """A label selector."""
    return ",".join(f"{key}={value}" for key, value in selector.items())
