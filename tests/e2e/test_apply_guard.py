"""Which cluster and which namespace: named, pinned, made if that is allowed; and what is refused there."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from hashlib import sha256

import pytest

from tests.cluster.cluster import Cluster, CommandError
from tests.e2e.conftest import Project


@pytest.fixture
def absent(cluster: Cluster) -> Iterator[str]:
    """The name of a namespace that does not exist yet."""
    name = f"test-{secrets.token_hex(4)}"
    yield name
    cluster.kubectl("delete", "namespace", name, "--wait=false", "--ignore-not-found")


def edit(project: Project, old: str, new: str) -> None:
    toml = project.folder / "slim.toml"
    text = toml.read_text()
    assert old in text
    toml.write_text(text.replace(old, new))


def test_another_cluster_than_the_pinned_one_is_refused(deployed: Project, cluster: Cluster, namespace: str) -> None:
    edit(deployed, "[cluster]", "[cluster] # ours")
    pinned = deployed.slimdeploy("config", "pin", "-o", "json")
    assert pinned.code == 0, pinned
    digest = pinned.json["expect"]
    text = (deployed.folder / "slim.toml").read_text()
    assert f'expect = "{digest}"' in text
    assert "# ours" in text
    shown = cluster.kubectl("get", "configmap", "kube-root-ca.crt", "-n", "default", "-o", "json")
    assert sha256(json.loads(shown)["data"]["ca.crt"].encode()).hexdigest() == digest, "as anybody can see by hand"
    assert deployed.slimdeploy("diff").code == 0
    edit(deployed, digest, "0" * 64)
    log = cluster.audit.mark()
    for verb in (["up"], ["down", "-y"], ["status"]):
        refused = deployed.slimdeploy(*verb)
        assert refused.code == 89, (verb, refused)
        assert digest in refused.stderr
        assert "slimdeploy config pin" in refused.stderr
    assert log.mutating("slimdeploy", namespace) == []
    assert deployed.slimdeploy("config", "pin").code == 0
    assert deployed.slimdeploy("diff").code == 0


def test_a_missing_namespace_is_made_only_if_that_is_allowed(deployed: Project, cluster: Cluster, absent: str) -> None:
    edit(deployed, 'namespace = "', f'create = true\nnamespace = "{absent}" # ')
    log = cluster.audit.mark()
    shown = deployed.slimdeploy("diff")
    assert shown.stdout.splitlines()[0] == f"+ created   namespace/{absent}", shown
    assert log.mutating("slimdeploy") == [] or not [
        event for event in log.mutating("slimdeploy") if event.name == absent
    ]
    result = deployed.up()
    before, after = result.stderr.split("  apply", 1)
    assert f"to {cluster.context} (https://" in before, "said before the first write"
    assert f"namespace {absent}:" in before
    assert "2 ready" in after
    made = json.loads(cluster.kubectl("get", "namespace", absent, "-o", "json"))["metadata"]["labels"]
    levels = {made[f"pod-security.kubernetes.io/{mode}"] for mode in ("enforce", "warn", "audit")}
    assert levels == {"restricted"}
    log = cluster.audit.mark()
    assert "nothing changed" in deployed.up().stderr
    assert log.mutating("slimdeploy", absent) == []


def test_a_namespace_of_the_cluster_itself_is_refused(deployed: Project) -> None:
    for name in ("kube-system", "kube-public", "kube-node-lease"):
        refused = deployed.slimdeploy("diff", "-n", name)
        assert refused.code == 78, refused
        assert f"namespace {name} belongs to the cluster itself" in refused.stderr


def test_a_namespace_that_is_being_deleted_says_what_holds_it(deployed: Project, cluster: Cluster, absent: str) -> None:
    cluster.namespace(absent)
    metadata = {"name": "held", "namespace": absent, "finalizers": ["example.com/nobody"]}
    cluster.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    cluster.kubectl("delete", "namespace", absent, "--wait=false")
    try:
        wait = ("--for=jsonpath={.status.phase}=Terminating", "--timeout=2m")
        cluster.kubectl("wait", "namespace", absent, *wait)
        cluster.kubectl("wait", "namespace", absent, "--for=condition=NamespaceFinalizersRemaining", "--timeout=2m")
        refused = deployed.slimdeploy("up", "-n", absent)
        assert refused.code == 84, refused
        assert f"namespace {absent} is being deleted" in refused.stderr
        assert "example.com/nobody in 1 resource" in refused.stderr
    finally:
        patch = '{"metadata":{"finalizers":null}}'
        cluster.kubectl("patch", "configmap", "held", "-n", absent, "--type=merge", "-p", patch)


def test_a_quota_is_met_before_anything_is_written(deployed: Project, cluster: Cluster, namespace: str) -> None:
    quota = {"apiVersion": "v1", "kind": "ResourceQuota", "metadata": {"name": "small", "namespace": namespace}}
    cluster.apply(quota | {"spec": {"hard": {"services": "0"}}})
    refused = deployed.slimdeploy("up")
    assert refused.code == 84, refused
    assert "resourcequota small" in refused.stderr
    with pytest.raises(CommandError):
        cluster.kubectl("get", "deployment", "hello", "-n", namespace)
