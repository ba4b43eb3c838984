"""`slimdeploy up` against a real Kubernetes: what it makes, and what it leaves alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project


def pods(cluster: Cluster, namespace: str) -> list[dict[str, Any]]:
    found = json.loads(cluster.kubectl("get", "pods", "-n", namespace, "-o", "json"))["items"]
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def uids(cluster: Cluster, namespace: str) -> set[str]:
    return {pod["metadata"]["uid"] for pod in pods(cluster, namespace)}


def test_pods_serve_through_the_service(deployed: Project, cluster: Cluster, namespace: str) -> None:
    result = deployed.up("-o", "json").json
    assert result["ready"] == 2
    assert [change["action"] for change in result["changes"]] == ["created"] * 4
    assert cluster.fetch("hello", namespace, "/api/").startswith("Hello From Go!")
    running = pods(cluster, namespace)
    assert {pod["spec"]["containers"][0]["image"] for pod in running} == {result["image"]}
    assert all(
        pod["status"]["containerStatuses"][0]["imageID"].endswith(result["image"].split("@")[1]) for pod in running
    )


def test_unchanged_writes_nothing(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.up()
    before, log = uids(cluster, namespace), cluster.audit.mark()
    deployed.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    for _ in range(3):
        result = deployed.up()
        assert "nothing changed: 2 ready" in result.stderr
        assert " kubernetes.client\n" in result.stderr
        assert " slimdeploy.config.model\n" not in result.stderr
    assert log.mutating("slimdeploy", namespace) == []
    assert log.events("slimdeploy"), "the requests are ours by their user agent, or this test proves nothing"
    assert uids(cluster, namespace) == before


def test_no_key_is_left_in_temporary_files(deployed: Project, tmp_path: Path) -> None:
    """The kubernetes client writes those of the kubeconfig there, and removes them when Python ends."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    deployed.environment["TMPDIR"] = str(temporary)
    deployed.up()
    assert deployed.slimdeploy("status").code == 0
    assert list(temporary.iterdir()) == []


def test_values_arrive_byte_by_byte(deployed: Project, cluster: Cluster, namespace: str) -> None:
    toml = deployed.folder / "slim.toml"
    value = r"$HOME $$(PORT) 1e3 'quoted' \"double\" a$$b"
    toml.write_text(toml.read_text().replace("[image]", f'env = {{ GREETING = "{value}" }}\n[image]'))
    deployed.up()
    answer = cluster.fetch("hello", namespace, "/api/")
    assert answer == "Hello From Go! $HOME $(PORT) 1e3 'quoted' \"double\" a$$b\n"


def test_a_change_is_one_rollout(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.up()
    toml = deployed.folder / "slim.toml"
    toml.write_text(toml.read_text().replace("[image]", 'env = { GREETING = "again" }\n[image]'))
    log = cluster.audit.mark()
    changed = [change for change in deployed.up("-o", "json").json["changes"] if change["action"] != "unchanged"]
    assert [change["object"] for change in changed] == ["deployment/hello"]
    written = [(event.verb, event.resource) for event in log.mutating("slimdeploy", namespace)]
    renewed = ("update", "leases")  # each 15 s
    assert [each for each in written if each != renewed] == [
        ("create", "leases"),
        ("create", "configmaps"),
        ("patch", "deployments"),
        ("patch", "configmaps"),
        ("delete", "leases"),
    ]
    assert cluster.fetch("hello", namespace, "/api/", "again") == "Hello From Go! again\n"


def test_diff_says_what_up_would_do_and_writes_nothing(deployed: Project, cluster: Cluster, namespace: str) -> None:
    log = cluster.audit.mark()
    result = deployed.slimdeploy("diff", "--exit-code")
    created = ["serviceaccount/hello", "service/hello", "poddisruptionbudget/hello", "deployment/hello"]
    assert (result.code, result.stdout.split()) == (2, [word for name in created for word in ("+", "created", name)])
    assert log.mutating("slimdeploy", namespace) == []
    deployed.up()
    assert deployed.slimdeploy("diff", "--exit-code").code == 0


def test_a_field_that_somebody_else_manages_is_a_conflict(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.up()
    cluster.kubectl("scale", "deployment/hello", "-n", namespace, "--replicas=3")
    log = cluster.audit.mark()
    result = deployed.slimdeploy("up")
    assert result.code == 85, result
    assert re.search(r"\.spec\.replicas +kubectl \(scale\) +3 +2\n", result.stderr), result
    assert log.mutating("slimdeploy", namespace) == []


def test_the_same_content_owned_by_somebody_else_is_a_change(
    deployed: Project, cluster: Cluster, namespace: str
) -> None:
    deployed.up()
    patch = json.dumps({"metadata": {"managedFields": [{}]}})
    cluster.kubectl("patch", "service/hello", "-n", namespace, "--type=merge", "-p", patch)
    changes = {change["object"]: change["action"] for change in deployed.up("-o", "json").json["changes"]}
    assert changes["service/hello"] == "changed"
    assert changes["deployment/hello"] == "unchanged"


def test_status_and_logs(deployed: Project) -> None:
    assert "hello is not deployed" in deployed.slimdeploy("status").stdout
    deployed.up()
    status = deployed.slimdeploy("status", "-o", "json").json
    assert (status["ready"], status["wanted"], len(status["instances"])) == (2, 2, 2)
    assert deployed.slimdeploy("logs").stdout.count("listening") == 2


def test_down_removes_what_up_made_and_nothing_else(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.up()
    cluster.kubectl("create", "serviceaccount", "somebody", "-n", namespace)
    result = deployed.slimdeploy("down", "-o", "json")
    assert result.json["removed"] == [
        "poddisruptionbudget/hello", "deployment/hello", "service/hello", "serviceaccount/hello",
    ]  # fmt: skip
    left = cluster.kubectl("get", "all,serviceaccounts", "-n", namespace, "-o", "name").split()
    assert sorted(left) == ["serviceaccount/default", "serviceaccount/somebody"]
    assert "nothing to remove" in deployed.slimdeploy("down").stderr


def test_down_leaves_objects_of_others(deployed: Project, cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("create", "service", "clusterip", "hello", "--tcp=80", "-n", namespace)
    result = deployed.slimdeploy("down")
    assert result.code == 78, result
    assert "service/hello" in cluster.kubectl("get", "services", "-n", namespace, "-o", "name")
