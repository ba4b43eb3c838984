"""From a number of copies to an autoscaler and back, as typed."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project, for_cluster
from tests.waiting import PATIENCE, comes_true


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
    assert comes_true(lambda: copies(cluster, namespace) == 4, 2 * PATIENCE), "the autoscaler did not act"
    write("[deploy]\nreplicas = 2\n")
    result = deployed.up()
    assert "2 ready" in result.stderr, result
    assert cluster.kubectl("get", "hpa", "-n", namespace, "-o", "name") == ""
    assert copies(cluster, namespace) == 2
    assert "nothing changed: 2 ready" in deployed.up().stderr


def test_the_number_of_an_autoscaler_that_is_gone_is_taken_back(
    deployed: Project, cluster: Cluster, namespace: str
) -> None:
    """On an ordinary cluster, the autoscaler writes as kube-controller-manager; the tests' calls itself otherwise."""
    deployed.write(slim__toml=for_cluster(cluster, namespace, more="[deploy]\nautoscale = { min = 2, max = 5 }\n"))
    deployed.up()
    cluster.kubectl("delete", "hpa/hello", "-n", namespace)
    as_it = ("--subresource=scale", "--type=merge", "--field-manager=kube-controller-manager")
    cluster.kubectl("patch", "deployment/hello", "-n", namespace, *as_it, "-p", '{"spec":{"replicas":4}}')
    deployed.write(slim__toml=for_cluster(cluster, namespace, more="[deploy]\nreplicas = 3\n"))
    assert "kube-controller-manager" in cluster.kubectl(
        "get", "deployment/hello", "-n", namespace, "--show-managed-fields", "-o", "jsonpath={..manager}"
    )
    with numbers_of_copies(cluster, namespace) as seen:
        assert "3 ready" in deployed.up().stderr
    assert seen == [4, 3], "never 1 in between"
    assert "nothing changed: 3 ready" in deployed.up().stderr


@contextmanager
def numbers_of_copies(cluster: Cluster, namespace: str) -> Iterator[list[int]]:
    """Every number that the Deployment asks for while the block runs, as the API server's watch tells it."""
    version, number = "{.metadata.resourceVersion}", "{.spec.replicas}"
    where = ("get", "deployment/hello", "-n", namespace, "-o")
    flags = (*where, f"jsonpath={version} {number}{{'\\n'}}", "--watch")
    command = [str(cluster.binary), "kubectl", "--kubeconfig", str(cluster.kubeconfig), *flags]
    watching = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert watching.stdout
    seen = [int(watching.stdout.readline().split()[1])]
    try:
        yield seen
        last = cluster.kubectl(*where, f"jsonpath={version}")
        for line in watching.stdout:
            seen += [copies] if (copies := int(line.split()[1])) != seen[-1] else []
            if int(line.split()[0]) >= int(last):
                break
    finally:
        watching.kill()
        watching.communicate()


def test_somebody_elses_autoscaler_is_a_conflict(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.up()
    cluster.kubectl("autoscale", "deployment/hello", "-n", namespace, "--min=3", "--max=4", "--cpu=50%")
    assert comes_true(lambda: copies(cluster, namespace) == 3, 2 * PATIENCE), "the autoscaler did not act"
    result = deployed.slimdeploy("up")
    assert result.code == 85, result
    assert "deploy.replicas" in result.stderr
