"""Lists come whole, in pages, or not at all: what is deleted is decided by them. The server and its 410 are real."""

from __future__ import annotations

from pathlib import Path

import pytest

from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.artifacts.release import Order
from slimdeploy.config.reader import load
from slimdeploy.deploy.cluster import Cluster as Destination
from slimdeploy.errors import NotAllowed, Unreachable
from slimdeploy.events import Step
from slimdeploy.manifests.labels import labels
from slimdeploy.plan.workload import workload_plan
from slimdeploy.tools.kube import Kube
from tests.cluster.cluster import Cluster
from tests.deliver.faults import Fault
from tests.e2e.api_faults import api_proxy, status
from tests.e2e.conftest import Project

NAMES = [f"list-{number}" for number in range(5)]
PAGE_TWO = r"/serviceaccounts\?.*continue="
EXPIRED = "The provided continue parameter is too old to display a consistent list result."


@pytest.fixture
def five(cluster: Cluster, namespace: str) -> list[str]:
    """ServiceAccounts of an app that are to be pruned."""
    there = Kube(ClusterTarget(cluster.context, namespace, str(cluster.kubeconfig)))
    for name in NAMES:
        metadata = {"name": name, "namespace": namespace, "labels": labels("hello")}
        there.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}, dry_run=False)
    return NAMES


def kube(cluster: Cluster, namespace: str, kubeconfig: str) -> Kube:
    found = Kube(ClusterTarget(cluster.context, namespace, kubeconfig))
    found.page = 2
    return found


def test_page_by_page(cluster: Cluster, namespace: str, five: list[str], tmp_path: Path) -> None:
    with api_proxy(cluster, tmp_path) as (server, kubeconfig):
        there = kube(cluster, namespace, kubeconfig)
        for ask in (there.listed, there.described):
            server.proxy.seen.clear()
            found = ask("ServiceAccount", namespace, labels("hello"))
            assert [each["metadata"]["name"] for each in found] == five
            assert [code for _, _, code in server.proxy.seen] == [200] * 3


def test_a_page_that_expired_is_no_end(cluster: Cluster, namespace: str, five: list[str], tmp_path: Path) -> None:
    """With the API server's own words: making it forget takes minutes, since it answers from snapshots (KEP-4988)."""
    fault = Fault("status", "GET", PAGE_TWO, times=1, status=410, body=status(410, EXPIRED))
    with api_proxy(cluster, tmp_path, fault) as (server, kubeconfig):
        found = kube(cluster, namespace, kubeconfig).described("ServiceAccount", namespace, labels("hello"))
        assert [each["metadata"]["name"] for each in found] == five
        assert [code for _, _, code in server.proxy.seen] == [200, 410, 200]
        assert "limit" not in server.proxy.seen[-1][1], "all of it at once, so that nothing can expire again"


def test_nothing_is_deleted_by_a_part_of_a_list(
    deployed: Project, cluster: Cluster, namespace: str, five: list[str], tmp_path: Path
) -> None:
    with api_proxy(cluster, tmp_path) as (server, kubeconfig):
        there = kube(cluster, namespace, kubeconfig)
        app = Destination(workload_plan(load(deployed.folder / "slim.toml"), "hello"), there.target, there, 5.0)
        log, running = cluster.audit.mark(), Step("down", lambda _: None)
        server.proxy.faults[:] = [Fault("reset", "GET", PAGE_TWO)]
        there.patient = False
        with pytest.raises(Unreachable):
            app.down(Order(), volumes=False, step=running)
        refusal = status(403, 'serviceaccounts is forbidden: User "x" cannot list resource')
        server.proxy.faults[:] = [Fault("status", "GET", PAGE_TWO, status=403, body=refusal)]
        with pytest.raises(NotAllowed):
            app.down(Order(), volumes=False, step=running)
        assert log.mutating("slimdeploy", namespace) == []
        server.proxy.faults.clear()
        assert sorted(ref.name for ref in app.down(Order(), volumes=False, step=running)) == five
