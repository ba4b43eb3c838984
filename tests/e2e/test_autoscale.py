"""From a number of copies to an autoscaler and back, as typed."""

from __future__ import annotations

import time

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project, for_cluster


def copies(cluster: Cluster, namespace: str) -> int:
    return int(cluster.kubectl("get", "deployment/hello", "-n", namespace, "-o", "jsonpath={.spec.replicas}"))


def test_there_and_back(deployed: Project, cluster: Cluster, namespace: str) -> None:
    def write(more: str) -> None:
        deployed.write(slim__toml=for_cluster(cluster, namespace, more=more))

    write("[deploy]\nautoscale = { min = 3, max = 5, cpu = 70 }\n")
    deployed.up()
    assert copies(cluster, namespace) == 3
    write("[deploy]\nautoscale = { min = 4, max = 5, cpu = 70 }\n")
    deployed.up()
    deadline = time.monotonic() + 60
    while copies(cluster, namespace) != 4:
        assert time.monotonic() < deadline, "the autoscaler did not act"
        time.sleep(0.3)
    write("[deploy]\nreplicas = 2\n")
    result = deployed.up()
    assert "2 ready" in result.stderr, result
    assert cluster.kubectl("get", "hpa", "-n", namespace, "-o", "name") == ""
    assert copies(cluster, namespace) == 2
    assert "nothing changed: 2 ready" in deployed.up().stderr


def test_somebody_elses_autoscaler_is_a_conflict(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.up()
    cluster.kubectl("autoscale", "deployment/hello", "-n", namespace, "--min=3", "--max=4", "--cpu=50%")
    deadline = time.monotonic() + 60
    while copies(cluster, namespace) != 3:
        assert time.monotonic() < deadline, "the autoscaler did not act"
        time.sleep(0.3)
    result = deployed.slimdeploy("up")
    assert result.code == 85, result
    assert "deploy.replicas" in result.stderr
