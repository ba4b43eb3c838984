"""The test cluster itself: pods run, Services answer, Pod Security refuses, the audit log counts exactly."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster, CommandError
from tests.cluster.containerd import image_archive
from tests.cluster.registry import Registry
from tests.waiting import PATIENCE

SOURCE = Path(__file__).parent / "testdata" / "web"
RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "runAsNonRoot": True,
    "seccompProfile": {"type": "RuntimeDefault"},
}


@pytest.fixture(scope="session")
def image(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A web server in a scratch image, pushed; its reference by digest."""
    folder = tmp_path_factory.mktemp("web")
    command = ["go", "build", "-trimpath", "-buildvcs=false", "-o", str(folder / "web"), "."]
    subprocess.run(command, cwd=SOURCE, env={**os.environ, "CGO_ENABLED": "0"}, check=True)
    archive = folder / "web.tar"
    archive.write_bytes(image_archive("web", (folder / "web").read_bytes(), "localhost/web:1"))
    target = f"{registry}/cluster-test/web"
    copy = ["skopeo", "copy", "-q", "--dest-tls-verify=false", f"--digestfile={folder}/digest"]
    subprocess.run([*copy, f"docker-archive:{archive}", f"docker://{target}:1"], check=True)
    return f"{target}@{(folder / 'digest').read_text().strip()}"


def test_a_deployment_runs_answers_and_logs(cluster: Cluster, namespace: str, image: str) -> None:
    cluster.apply(_deployment(namespace, image), _service(namespace))
    cluster.kubectl("rollout", "status", "deployment/web", "-n", namespace, "--timeout=2m")
    assert _eventually(lambda: cluster.fetch("web", namespace, "/here")) == "this is /here\n"
    logs = cluster.kubectl("logs", "-n", namespace, "-l", "app=web", "--prefix")
    assert logs.count("serving") == 2
    assert logs.count("asked for /here") == 1


def test_a_pod_reaches_its_own_service_and_the_api_server(cluster: Cluster, namespace: str, image: str) -> None:
    cluster.apply(_deployment(namespace, image), _service(namespace))
    cluster.kubectl("rollout", "status", "deployment/web", "-n", namespace, "--timeout=2m")
    address = cluster.kubectl("get", "service", "web", "-n", namespace, "-o", "jsonpath={.spec.clusterIP}")
    for target in (f"{address}:80", "10.96.0.1:443"):
        ask = partial(cluster.fetch, "web", namespace, f"/reach/{target}")
        assert _eventually(ask) == "reached\n"


def test_a_missing_image_is_reported_by_the_kubelet(cluster: Cluster, namespace: str, registry: Registry) -> None:
    cluster.apply(_deployment(namespace, f"{registry}/cluster-test/missing:1"))

    def waiting() -> str:
        path = "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}"
        reasons = cluster.kubectl("get", "pods", "-n", namespace, "-o", path)
        assert "ErrImagePull" in reasons or "ImagePullBackOff" in reasons
        return reasons

    assert _eventually(waiting)


def test_pod_security_refuses_a_privileged_pod(cluster: Cluster, namespace: str) -> None:
    container = {"name": "x", "image": "x", "securityContext": {"privileged": True}}
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "x", "namespace": namespace}}
    with pytest.raises(CommandError, match='violates PodSecurity "restricted:latest"'):
        cluster.apply({**pod, "spec": {"containers": [container]}})


def test_the_audit_log_counts_what_one_user_agent_changed(cluster: Cluster, namespace: str) -> None:
    audit = cluster.audit.mark()
    with pytest.raises(CommandError):
        cluster.kubectl("get", "configmap", "missing", "-n", namespace)
    cluster.kubectl("create", "configmap", "asked", "-n", namespace, "--dry-run=server")
    cluster.kubectl("auth", "can-i", "create", "pods", "-n", namespace)
    assert audit.mutating("kubectl") == []
    cluster.kubectl("create", "configmap", "made", "-n", namespace)
    cluster.kubectl("delete", "configmap", "made", "-n", namespace)
    changes = [(event.verb, event.resource, event.name, event.code) for event in audit.mutating("kubectl")]
    assert changes == [("create", "configmaps", "made", 201), ("delete", "configmaps", "made", 200)]
    assert audit.mutating("slimdeploy") == []
    assert audit.mark().events() == []


def test_images_can_be_brought_to_the_node_without_a_registry(cluster: Cluster, tmp_path: Path) -> None:
    archive = tmp_path / "image.tar"
    archive.write_bytes(image_archive("other", b"not run", "localhost/cluster-test/side:1"))
    cluster.ctr("images", "import", str(archive))
    assert "localhost/cluster-test/side:1" in cluster.ctr("images", "list", "-q")


def test_the_cluster_names_itself(cluster: Cluster) -> None:
    version = json.loads(cluster.kubectl("version", "-o", "json"))["serverVersion"]
    assert version["gitVersion"] == "v1.37.2"
    assert cluster.kubectl("config", "current-context").strip() == cluster.context


def _deployment(namespace: str, image: str) -> dict[str, object]:
    labels = {"app": "web"}
    container = {"name": "web", "image": image, "ports": [{"containerPort": 8080}], "securityContext": RESTRICTED}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}, "template": template},
    }


def _service(namespace: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "targetPort": 8080}]},
    }


def _eventually(ask: Callable[[], str], seconds: float = PATIENCE) -> str:
    """The first answer that is not an error: endpoints and iptables follow a ready pod a moment later."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            return ask()
        except (OSError, CommandError, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
