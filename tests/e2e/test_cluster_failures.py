"""What goes wrong on the way to a real Kubernetes, and what a person gets to read."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.artifacts.release import Order
from slimdeploy.config.reader import load
from slimdeploy.deploy.cluster import Cluster as Destination
from slimdeploy.errors import RolloutFailed
from slimdeploy.plan.workload import workload_plan
from slimdeploy.tools.kube import Kube
from tests.cluster.cluster import Cluster
from tests.e2e.conftest import CRASHES, Project, go_mod


def test_a_crashing_program_is_reported_with_its_last_line(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.write(main__go=CRASHES)
    started = time.monotonic()
    result = deployed.slimdeploy("up", "--timeout", "2m")
    assert result.code == 87, result
    assert time.monotonic() - started < 60, "it did not wait out the limit"
    assert "exit code 3" in result.stderr
    assert "fatal: DB_URL is not set" in result.stderr
    log = cluster.audit.mark()
    again = deployed.slimdeploy("up")
    assert again.code == 87, "an unchanged up over a failing release is no success"
    assert log.mutating("slimdeploy", namespace) == []


def test_an_image_that_is_not_there_ends_the_wait(deployed: Project, cluster: Cluster, namespace: str) -> None:
    config = load(deployed.folder / "slim.toml")
    kube = Kube(ClusterTarget(cluster.context, namespace, str(cluster.kubeconfig)))
    there = Destination(workload_plan(config, "hello"), kube.target, kube, 120.0)
    absent = Delivered(f"{config.image.repository}@sha256:{'0' * 64}", f"sha256:{'0' * 64}", uploaded=True)
    started = time.monotonic()
    with pytest.raises(RolloutFailed, match="the image cannot be pulled") as failure:
        there.release(there.diff(absent.reference), absent, Order(), lambda _: None)
    assert time.monotonic() - started < 60, "it did not wait out the limit"
    assert "not found" in failure.value.what


def test_a_program_that_never_serves_fails_at_the_deadline(deployed: Project) -> None:
    deployed.write(
        main__go='package main\n\nimport "time"\n\nfunc main() { println("asleep"); time.Sleep(time.Hour) }\n'
    )
    result = deployed.slimdeploy("up", "--timeout", "15s")
    assert result.code == 87, result
    assert "not ready after 15 s" in result.stderr
    assert "connection refused" in result.stderr
    assert "asleep" in result.stderr


def test_no_such_namespace(deployed: Project) -> None:
    result = deployed.slimdeploy("up", "-n", "nowhere")
    assert result.code == 84
    assert "namespace nowhere does not exist" in result.stderr
    assert "create namespace nowhere" in result.stderr


def test_no_such_context(deployed: Project, cluster: Cluster) -> None:
    result = deployed.slimdeploy("up", "--context", "prod")
    assert result.code == 89
    assert "no context prod" in result.stderr
    assert "push" not in result.stderr, "nothing was uploaded"
    assert cluster.context in result.stderr


def kubeconfig_with(cluster: Cluster, folder: Path, **changes: str) -> str:
    """A copy of the cluster's kubeconfig with another server or token."""
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    if "server" in changes:
        document["clusters"][0]["cluster"]["server"] = changes["server"]
    if "token" in changes:
        document["users"][0]["user"] = {"token": changes["token"]}
    path = folder / "kubeconfig"
    path.write_text(yaml.safe_dump(document))
    return str(path)


def test_nobody_answers(deployed: Project, cluster: Cluster, tmp_path: Path) -> None:
    closed = kubeconfig_with(cluster, tmp_path, server="https://127.0.0.1:1")
    result = deployed.slimdeploy("status", "--kubeconfig", closed)
    assert result.code == 69
    assert "does not answer: https://127.0.0.1:1" in result.stderr


def test_credentials_that_are_not_accepted(deployed: Project, cluster: Cluster, tmp_path: Path) -> None:
    stranger = kubeconfig_with(cluster, tmp_path, token="not-a-token-of-yours")
    result = deployed.slimdeploy("status", "--kubeconfig", stranger)
    assert result.code == 77, result
    assert "not-a-token" not in result.stdout + result.stderr, "a token is never shown"


def test_a_cluster_needs_a_registry(deployed: Project) -> None:
    toml = deployed.folder / "slim.toml"
    toml.write_text("\n".join(line for line in toml.read_text().splitlines() if "repository" not in line))
    result = deployed.slimdeploy("up")
    assert result.code == 64
    assert "cannot pull localhost/hello" in result.stderr


def test_a_package_that_needs_c_is_named_and_nothing_is_pushed(
    deployed: Project, cluster: Cluster, namespace: str
) -> None:
    native = 'package native\n\n// int one() { return 1; }\nimport "C"\n\nfunc One() int { return int(C.one()) }\n'
    main = 'package main\n\nimport "example.com/hello/native"\n\nfunc main() { println(native.One()) }\n'
    deployed.write(go__mod=go_mod("hello"), main__go=main, **{"native/native__go": native})
    log = cluster.audit.mark()
    result = deployed.slimdeploy("up")
    assert result.code == 80, result
    assert "example.com/hello/native needs C" in result.stderr
    assert "push" not in result.stderr
    assert log.mutating("slimdeploy", namespace) == []
