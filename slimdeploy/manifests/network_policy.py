"""NetworkPolicy networking.k8s.io/v1: who may reach the pods' ports, and what the pods may reach.

Only where the cluster's network plugin enforces it. The kubelet's probes always pass.
"""

from __future__ import annotations

from typing import Any

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import NetworkRules, WorkloadPlan
from slimdeploy.manifests.labels import metadata, selector

NAMESPACE = "kubernetes.io/metadata.name"  # set on every namespace by the API server itself, since 1.22
DNS = [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]


def network_policy(plan: WorkloadPlan, namespace: str | None) -> Manifest | None:
    """The policy of one set of pods; None if slim.toml asks for none."""
    if plan.network is None:
        return None
    egress = plan.network.egress
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": metadata(plan, namespace),
        "spec": {
            "podSelector": {"matchLabels": selector(plan.name)},
            "policyTypes": ["Ingress"] if egress is None else ["Ingress", "Egress"],
            "ingress": _ingress(plan, plan.network) if plan.ports else [],
            **({} if egress is None else {"egress": _egress(egress)}),
        },
    }


def _ingress(plan: WorkloadPlan, rules: NetworkRules) -> list[dict[str, Any]]:
    ports = [{"port": port.number, "protocol": port.protocol} for port in plan.ports]
    own: list[dict[str, Any]] = [{"podSelector": {}}]
    return [{"from": [_peer(each) for each in rules.sources] or own, "ports": ports}]


def _egress(peers: tuple[str, ...]) -> list[dict[str, Any]]:
    return [{"ports": DNS}, *([{"to": [_peer(each) for each in peers]}] if peers else [])]


def _peer(text: str) -> dict[str, Any]:
    if "/" in text:
        return {"ipBlock": {"cidr": text}}
    return {"namespaceSelector": {"matchLabels": {NAMESPACE: text}}}
