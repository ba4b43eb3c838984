"""Ingress networking.k8s.io/v1, or HTTPRoute gateway.networking.k8s.io/v1: the way in from outside."""

from __future__ import annotations

from typing import Any

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import Expose, Port, WorkloadPlan
from slimdeploy.manifests.labels import metadata


def exposure(plan: WorkloadPlan, namespace: str | None) -> Manifest | None:
    """The Ingress or HTTPRoute to the first TCP port; None if nothing is exposed."""
    port = next((each for each in plan.ports if each.protocol == "TCP"), None)
    if plan.expose is None or port is None:
        return None
    annotations = {"annotations": dict(plan.expose.annotations)} if plan.expose.annotations else {}
    named = metadata(plan, namespace) | annotations
    return _route(plan, plan.expose, port, named) if plan.expose.gateway else _ingress(plan, plan.expose, port, named)


def _ingress(plan: WorkloadPlan, expose: Expose, port: Port, named: dict[str, Any]) -> Manifest:
    backend = {"service": {"name": plan.name, "port": {"name": port.name}}}
    path = {"path": expose.path, "pathType": "Prefix", "backend": backend}
    tls = [{"hosts": [expose.host], "secretName": expose.tls_secret}]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": named,
        "spec": {
            **({"ingressClassName": expose.ingress_class} if expose.ingress_class else {}),
            "rules": [{"host": expose.host, "http": {"paths": [path]}}],
            **({"tls": tls} if expose.tls_secret else {}),
        },
    }


def _route(plan: WorkloadPlan, expose: Expose, port: Port, named: dict[str, Any]) -> Manifest:
    namespace, _, gateway = expose.gateway.rpartition("/")
    rule = {
        "matches": [{"path": {"type": "PathPrefix", "value": expose.path}}],
        "backendRefs": [{"name": plan.name, "port": port.service or port.number}],
    }
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": named,
        "spec": {
            "parentRefs": [{"name": gateway, **({"namespace": namespace} if namespace else {})}],
            "hostnames": [expose.host],
            "rules": [rule],
        },
    }
