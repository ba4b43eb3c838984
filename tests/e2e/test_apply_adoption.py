"""Objects that kubectl or Helm made under our name: refused, shown, taken over, and ours from then on."""

from __future__ import annotations

import json
from typing import Any

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
NAMES = {"app.kubernetes.io/name": "hello", "app.kubernetes.io/instance": "hello"}


def theirs(namespace: str, **selector: str) -> list[dict[str, object]]:
    """A Service with an annotation and a port that we do not mean, and a Deployment with a program of its own."""
    metadata = {"name": "hello", "namespace": namespace, "labels": {"team": "web"}, "annotations": {"note": "old"}}
    wanted = selector or NAMES
    service = {"selector": wanted, "ports": [{"name": "http", "port": 8080}, {"name": "old", "port": 9090}]}
    container = {
        "name": "hello",
        "image": "localhost/none:1",
        "env": [{"name": "OLD", "value": "1"}, {"name": "DB_PASSWORD", "value": "hunter2"}],
        "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
    }
    secure = {"runAsNonRoot": True, "runAsUser": 65532, "seccompProfile": {"type": "RuntimeDefault"}}
    pod = {"metadata": {"labels": wanted}, "spec": {"containers": [container], "securityContext": secure}}
    deployment = {"replicas": 0, "selector": {"matchLabels": wanted}, "template": pod}
    return [
        {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": service},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": deployment},
    ]


def live(cluster: Cluster, namespace: str, what: str) -> dict[str, Any]:
    text = cluster.kubectl("get", what, "-n", namespace, "-o", "json", "--show-managed-fields")
    found: dict[str, Any] = json.loads(text)
    return found


def test_what_kubectl_made_is_refused_shown_and_taken_over(deployed: Project, cluster: Cluster, namespace: str) -> None:
    cluster.apply(*theirs(namespace))
    log = cluster.audit.mark()
    refused = deployed.slimdeploy("up")
    assert refused.code == 85, refused
    assert "service/hello in" in refused.stderr
    assert "was not made by slimdeploy: kubectl apply" in refused.stderr
    assert "--adopt" in refused.stderr
    shown = deployed.slimdeploy("diff", "--adopt")
    assert "~ changed   deployment/hello, taken over from kubectl-client-side-apply" in shown.stdout, shown
    assert '- spec.template.spec.containers[hello].env[OLD]: {"name": "OLD", "value": "1"}' in shown.stdout
    assert "hunter2" not in shown.stdout
    assert log.mutating("slimdeploy", namespace) == []
    deployed.up("--adopt")
    service, deployment = (live(cluster, namespace, f"{kind}/hello") for kind in ("service", "deployment"))
    assert [port["port"] for port in service["spec"]["ports"]] == [8080], "a port that we do not mean is gone"
    for each in (service, deployment):
        assert {LAST_APPLIED, "note"} & set(each["metadata"].get("annotations", {})) == set()
        assert "team" not in each["metadata"]["labels"]
        managers = {entry["manager"] for entry in each["metadata"]["managedFields"] if "subresource" not in entry}
        assert managers <= {"slimdeploy", "kube-controller-manager"}
    container = deployment["spec"]["template"]["spec"]["containers"][0]
    assert [variable["name"] for variable in container["env"]] == ["GOMEMLIMIT", "PORT"]
    log = cluster.audit.mark()
    assert "nothing changed" in deployed.up().stderr, "and without --adopt from then on"
    assert log.mutating("slimdeploy", namespace) == []
    assert deployed.slimdeploy("down").code == 0


def test_a_helm_release_is_named_and_another_selector_cannot_be_adopted(
    deployed: Project, cluster: Cluster, namespace: str
) -> None:
    for each in theirs(namespace, app="hello"):
        metadata: Any = each["metadata"]
        metadata["labels"] = {"app.kubernetes.io/managed-by": "Helm"}
        metadata["annotations"] = {"meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": namespace}
        cluster.kubectl("create", "-f", "-", stdin=json.dumps(each))
    log = cluster.audit.mark()
    refused = deployed.slimdeploy("up")
    assert refused.code == 85, refused
    assert "not made by slimdeploy: Helm release shop" in refused.stderr
    immutable = deployed.slimdeploy("up", "--adopt")
    assert immutable.code == 84, immutable
    assert "spec.selector" in immutable.stderr
    assert "selector can never change" in immutable.stderr
    assert log.mutating("slimdeploy", namespace) == [], "the whole set is proven before the first write"
    assert deployed.slimdeploy("down").code == 78
