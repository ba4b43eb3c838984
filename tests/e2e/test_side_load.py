"""Clusters without image.repository: into a real containerd, or to the registry that the cluster names as its own.

Each test has a program of its own: the kubelet remembers an image by its id, and refuses one that it has pulled under
another name before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import HELLO, Project

SEVERAL = '[build]\nplatforms = ["linux/amd64", "linux/arm64"]'
HOSTING = {
    "apiVersion": "v1",
    "kind": "ConfigMap",
    "metadata": {"name": "local-registry-hosting", "namespace": "kube-public"},
}


@pytest.fixture
def own(hello: Project, cluster: Cluster, namespace: str) -> Project:
    """hello, with bytes that no other test's image has, for the test cluster, without a registry."""
    hello.environment |= {"KUBECONFIG": str(cluster.kubeconfig), "CONTAINERD_ADDRESS": str(cluster.containerd)}
    hello.write(main__go=HELLO.replace("Hello From Go!", f"Hello From Go! {namespace}"))
    return hello.write(slim__toml=toml(cluster, namespace, 'delivery = "containerd"'))


def toml(cluster: Cluster, namespace: str, more: str = "") -> str:
    return f'[cluster]\ncontext = "{cluster.context}"\nnamespace = "{namespace}"\n{more}\n'


def test_containerd_holds_the_same_digest_and_pods_run_it(own: Project, cluster: Cluster, namespace: str) -> None:
    result = own.up("-o", "json")
    digest = result.json["image"].partition("@")[2]
    assert result.json["image"] == f"localhost/hello@{digest}"
    assert f"localhost/hello@{digest}" in cluster.ctr("images", "ls", "-q").splitlines()
    assert namespace in cluster.fetch("hello", namespace, "/api/")
    pods = json.loads(cluster.kubectl("get", "pods", "-n", namespace, "-o", "json"))["items"]
    assert {pod["spec"]["containers"][0]["imagePullPolicy"] for pod in pods} == {"Never"}
    again = own.up()
    assert "localhost/hello, already there" in again.stderr
    assert "nothing changed: 2 ready" in again.stderr


def test_containerd_gets_all_platforms_under_one_digest(own: Project, cluster: Cluster, namespace: str) -> None:
    """The index, and of its images the node's own: containerd lets go of the other."""
    own.write(slim__toml=toml(cluster, namespace, 'delivery = "containerd"\n' + SEVERAL))
    built = own.slimdeploy("build", "-o", "json").json
    assert own.up("-o", "json").json["image"] == f"localhost/hello@{built['digest']}"
    assert namespace in cluster.fetch("hello", namespace, "/api/")
    listed = cluster.ctr("images", "ls", f"name==localhost/hello@{built['digest']}").splitlines()[1]
    assert built["digest"] in listed
    assert "linux/amd64,linux/arm64" in listed
    own_one = next(each["digest"] for each in built["platforms"] if each["platform"] == "linux/amd64")
    assert own_one in cluster.ctr("content", "ls", "-q").splitlines()
    assert "nothing changed: 2 ready" in own.up().stderr


def test_a_socket_that_is_not_there_is_named(own: Project) -> None:
    own.environment["CONTAINERD_ADDRESS"] = "/nowhere/containerd.sock"
    result = own.slimdeploy("push")
    assert result.code == 69, result
    assert "CONTAINERD_ADDRESS" in result.stderr


def test_an_image_that_the_node_lost_is_said(own: Project, cluster: Cluster, namespace: str) -> None:
    image = own.slimdeploy("push").stdout.strip()
    cluster.ctr("images", "rm", "--sync", image)
    own.write(slim__toml=toml(cluster, namespace, 'delivery = "kind"'))
    own.environment["PATH"] = f"{own.folder}/bin:{os.environ['PATH']}"
    own.write(**{"bin/kind": "#!/bin/sh\n"})
    (own.folder / "bin/kind").chmod(0o755)
    result = own.slimdeploy("up")
    assert result.code == 87, result
    assert "ErrImageNeverPull" in result.stderr


@pytest.fixture
def hosting(cluster: Cluster) -> Iterator[None]:
    """The cluster names its registry, as KEP-1755 has it."""
    cluster.apply(HOSTING | {"data": {"localRegistryHosting.v1": f'host: "{cluster.registry}"\n'}})
    yield
    cluster.kubectl("delete", "configmap", "local-registry-hosting", "-n", "kube-public")


@pytest.mark.usefixtures("hosting")
def test_the_clusters_own_registry(own: Project, cluster: Cluster, namespace: str) -> None:
    own.write(slim__toml=f'app.name = "h-{namespace}"\n' + toml(cluster, namespace))
    image = own.up("-o", "json").json["image"]
    assert image.startswith(f"{cluster.registry}/h-{namespace}@sha256:")


def test_without_any_way_it_says_which_there_are(own: Project, cluster: Cluster, namespace: str) -> None:
    own.write(slim__toml=toml(cluster, namespace))
    result = own.slimdeploy("up")
    assert result.code == 64
    assert "image.repository" in result.stderr
    assert "cluster.delivery" in result.stderr
