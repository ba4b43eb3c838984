"""Users who may little: what is enough for them, and what those read who may too little."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import yaml

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.waiting import PATIENCE


def kubeconfig_of(name: str, cluster: Cluster, namespace: str, folder: Path) -> str:
    """A kubeconfig for a new ServiceAccount, which may nothing yet."""
    cluster.kubectl("create", "serviceaccount", name, "-n", namespace)
    token = cluster.kubectl("create", "token", name, "-n", namespace).strip()
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    document["users"][0]["user"] = {"token": token}
    path = folder / f"{name}.kubeconfig"
    path.write_text(yaml.safe_dump(document))
    return str(path)


def bind_edit(name: str, cluster: Cluster, namespace: str) -> None:
    account = f"{namespace}:{name}"
    cluster.kubectl("create", "rolebinding", name, "--clusterrole=edit", f"--serviceaccount={account}", "-n", namespace)


def pasted(message: str) -> str:
    """The YAML in an error, as a person copies it."""
    lines = message[message.index("  ---") :].splitlines()
    return "\n".join(line[2:] for line in lines if not line.startswith("  next:"))


def test_the_role_that_is_printed_is_enough(
    deployed: Project, cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    mine = kubeconfig_of("deployer", cluster, namespace, tmp_path)
    log = cluster.audit.mark()
    refused = deployed.slimdeploy("up", "--kubeconfig", mine)
    assert refused.code == 77, refused
    assert f"system:serviceaccount:{namespace}:deployer may not do everything" in refused.stderr
    assert "missing: configmaps (get, list, create, patch, delete)" in refused.stderr
    assert log.mutating("slimdeploy", namespace) == []
    cluster.kubectl("apply", "-f", "-", stdin=pasted(refused.stderr))
    log = cluster.audit.mark()
    assert "2 ready" in deployed.up("--kubeconfig", mine).stderr
    assert "nothing changed" in deployed.up("--kubeconfig", mine).stderr
    assert deployed.slimdeploy("status", "-o", "json", "--kubeconfig", mine).json["ready"] == 2
    assert "listening" in deployed.slimdeploy("logs", "--kubeconfig", mine).stdout
    assert deployed.slimdeploy("down", "--kubeconfig", mine).code == 0
    assert [event for event in log.events("slimdeploy") if event.code == 403 and event.namespace == namespace] == []


def test_the_role_can_be_printed_on_demand(deployed: Project, cluster: Cluster) -> None:
    printed = deployed.slimdeploy("config", "rbac", "--group", "web", "-o", "json").json["items"]
    role, binding = printed
    assert binding["subjects"] == [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "web"}]
    assert "*" not in json.dumps(role)
    listed = json.dumps({"apiVersion": "v1", "kind": "List", "items": printed})
    assert "created (server dry run)" in cluster.kubectl("apply", "--dry-run=server", "-f", "-", stdin=listed)


def test_reaching_into_pods_takes_the_role_that_says_so(
    deployed: Project, cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    image = json.loads(deployed.up("-o", "json").stdout)["image"]
    mine, whose = kubeconfig_of("helper", cluster, namespace, tmp_path), f"{namespace}:helper"
    debug = ("debug", "--image", image, "--kubeconfig", mine, "--", "/nothing")
    for flags, code in (((), 77), (("--operate",), 64)):
        role = deployed.slimdeploy("config", "rbac", "--serviceaccount", whose, *flags).stdout
        cluster.kubectl("apply", "-f", "-", stdin=role)
        result = deployed.slimdeploy(*debug)
        assert (result.code, "slimdeploy config rbac prints it (--operate" in result.stderr) == (code, code == 77), (
            result
        )
    assert "/nothing" in result.stderr, result
    forwarding = deployed.start("port-forward", ":8080", "--kubeconfig", mine)
    assert forwarding.stderr is not None
    here = forwarding.stderr.readline().partition(" ")[0]
    with urllib.request.urlopen(f"{here}/api/", timeout=PATIENCE) as answer:
        assert b"Hello From Go!" in answer.read()
    forwarding.terminate()
    forwarding.communicate(timeout=PATIENCE)


def test_edit_is_enough_and_less_is_refused_before_the_first_write(
    deployed: Project, cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    mine = kubeconfig_of("editor", cluster, namespace, tmp_path)
    rules = ("--verb=get,list,create,patch", "--resource=serviceaccounts,services,deployments.apps")
    cluster.kubectl("create", "role", "applies", *rules, "-n", namespace)
    account = f"--serviceaccount={namespace}:editor"
    cluster.kubectl("create", "rolebinding", "applies", "--role=applies", account, "-n", namespace)
    log = cluster.audit.mark()
    refused = deployed.slimdeploy("up", "--kubeconfig", mine)
    assert refused.code == 77, "the dry-run passes, and what it does not prove is missing"
    assert "deployments.apps (delete)" in refused.stderr
    assert log.mutating("slimdeploy", namespace) == []
    bind_edit("editor", cluster, namespace)
    assert "2 ready" in deployed.up("--kubeconfig", mine).stderr
