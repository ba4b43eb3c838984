"""How an image gets to a cluster: decided from slim.toml, the context's name, and what the cluster says of itself."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import pytest

from slimdeploy.artifacts.deploy_plan import NodePlan, RegistryPlan, StorePlan
from slimdeploy.deliver.nodes import NAME, write_archive
from slimdeploy.manifests.render import render
from slimdeploy.plan.delivery import HOSTING, LocalRegistry, local_registry
from slimdeploy.plan.deploy import Overrides, asks_for_registry, delivery_plan
from slimdeploy.tools.loaders import import_argv
from tests.deliver.images import make_image
from tests.unit.samples import IMAGE, config, workload

REPOSITORY = "registry.example.com/team/hello"
OWN = LocalRegistry("localhost:5001", "k3d-registry:5000")


def plan(
    context: str, delivery: str = "auto", *, repository: str | None = None, found: LocalRegistry | None = None
) -> Any:
    image = {"repository": repository} if repository else {}
    given = config(image=image, cluster={"context": context, "delivery": delivery})
    return delivery_plan(given, "hello", "dev", Overrides(), found=found)


@pytest.mark.parametrize(
    ("context", "kind", "cluster"),
    [
        ("kind-kind", "kind", "kind"),
        ("kind-a-b", "kind", "a-b"),
        ("k3d-x", "k3d", "x"),
        ("minikube", "minikube", "minikube"),
    ],
)
def test_a_local_cluster_is_known_by_its_context(context: str, kind: str, cluster: str) -> None:
    assert plan(context) == NodePlan("localhost/hello", kind, cluster)


@pytest.mark.parametrize("context", ["prod", "kind", "kind-", "my-kind-x", "minikube-2", "docker-desktop"])
def test_other_contexts_need_a_registry(context: str) -> None:
    assert plan(context) == StorePlan("localhost/hello")


def test_a_repository_wins_unless_told_otherwise() -> None:
    assert isinstance(plan("kind-x", repository=REPOSITORY), RegistryPlan)
    assert plan("kind-x", "kind", repository=REPOSITORY) == NodePlan(REPOSITORY, "kind", "x")
    assert plan("prod", "containerd") == NodePlan("localhost/hello", "containerd", "prod")
    assert plan("kind-x", "registry") == StorePlan("localhost/hello")


def test_the_clusters_own_registry_is_used_without_a_repository() -> None:
    found = plan("k3d-x", found=OWN)
    assert (found.repository, found.address, found.insecure) == (
        "k3d-registry:5000/hello",
        "localhost:5001/hello",
        True,
    )
    assert plan("k3d-x", repository=REPOSITORY, found=OWN).address == REPOSITORY
    assert plan("k3d-x", "k3d", found=OWN) == NodePlan("localhost/hello", "k3d", "x")


@pytest.mark.parametrize(
    ("image", "cluster", "asked"),
    [
        ({}, {"context": "prod"}, True),
        ({}, {"context": "prod", "delivery": "registry"}, True),
        ({}, {"context": "prod", "delivery": "kind"}, False),
        ({"repository": REPOSITORY}, {"context": "prod"}, False),
    ],
)
def test_when_the_cluster_is_asked(image: dict[str, Any], cluster: dict[str, Any], *, asked: bool) -> None:
    assert bool(asks_for_registry(config(image=image, cluster=cluster), "hello", Overrides())) is asked
    assert asks_for_registry(config(image=image, cluster=cluster), "hello", Overrides(local=True)) is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("- list", None),
        ("{bad", None),
        ("help: https://example.com", None),
        ("host: localhost:5001\nhelp: x", LocalRegistry("localhost:5001", "localhost:5001")),
        ("host: localhost:5001\nhostFromContainerRuntime: r:5000", LocalRegistry("localhost:5001", "r:5000")),
    ],
)
def test_what_kep_1755_says(text: str, found: LocalRegistry | None) -> None:
    assert local_registry({HOSTING: text}) == found
    assert local_registry({}) is None


@pytest.mark.parametrize(
    ("kind", "command"),
    [
        ("containerd", "ctr --connect-timeout 3s --namespace k8s.io images import /x/image.tar"),
        ("kind", "kind load image-archive /x/image.tar --name dev"),
        ("k3d", "k3d image import /x/image.tar --cluster dev"),
        ("minikube", "minikube image load /x/image.tar --profile dev"),
    ],
)
def test_each_loaders_own_command(kind: str, command: str) -> None:
    """As their documentation has it; only ctr's is tried for real (tests/e2e/test_side_load.py)."""
    assert " ".join(import_argv(kind, "dev", Path("/x/image.tar"))) == command


def test_the_archive_names_the_image_by_digest_and_holds_it_whole(tmp_path: Path) -> None:
    image = make_image(tmp_path / "layout")
    reference = f"localhost/hello@{image.digest}"
    with tarfile.open(write_archive(image.layout, reference, tmp_path / "image.tar")) as archive:
        index = archive.extractfile("index.json")
        assert index
        (manifest,) = json.load(index)["manifests"]
        assert (manifest["digest"], manifest["annotations"]) == (image.digest, {NAME: reference})
        assert {f"blobs/sha256/{path.name}" for path in (image.layout / "blobs/sha256").iterdir()} < set(
            archive.getnames()
        )


@pytest.mark.parametrize(("image", "policy"), [(IMAGE, "IfNotPresent"), ("localhost/hello@sha256:0", "Never")])
def test_what_no_registry_has_is_never_pulled(image: str, policy: str) -> None:
    deployment = render(workload(), "hello", image).objects[-1]
    assert deployment["spec"]["template"]["spec"]["containers"][0]["imagePullPolicy"] == policy
