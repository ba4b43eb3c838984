"""What happens between us and the API server: restarts, lost answers, throttling, refusals. The server is real."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from slimdeploy.tools.kube_patience import LATER_SECONDS
from tests.cluster.cluster import Cluster
from tests.deliver.faults import Fault
from tests.e2e.api_faults import WRITES, api_proxy, make_certificate, status
from tests.e2e.conftest import Project
from tests.waiting import PATIENCE


def test_nobody_answers_at_the_start(deployed: Project, cluster: Cluster, tmp_path: Path) -> None:
    with api_proxy(cluster, tmp_path) as (server, kubeconfig):
        server.down.set()
        result = deployed.slimdeploy("diff", "--kubeconfig", kubeconfig)
        assert result.code == 69, result
        assert len(server.asked) > 1
        assert server.asked[-1] - server.asked[0] < LATER_SECONDS / 2, "it never answered: not much is waited for it"
        assert f"context {cluster.context} does not answer: https://{server.proxy.address}" in result.stderr


def test_restarted_and_throttled_between_two_writes(
    deployed: Project, cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    faults = [
        Fault("lost", "PATCH", f"/services{WRITES}", times=1),
        Fault("status", "PATCH", f"/deployments{WRITES}", times=1, status=429, headers={"Retry-After": "1"}),
        Fault(
            "status",
            "PATCH",
            f"/deployments{WRITES}",
            times=1,
            status=500,
            body=status(500, "etcdserver: leader changed"),
        ),
        Fault("reset", "PATCH", f"/deployments{WRITES}", times=2),
        Fault("status", "GET", "/pods", times=1, status=503, body="<html>restarting</html>"),
    ]
    with api_proxy(cluster, tmp_path, *faults) as (_, kubeconfig):
        log = cluster.audit.mark()
        assert "2 ready" in deployed.up("--kubeconfig", kubeconfig).stderr
        assert [fault.times for fault in faults] == [0] * 5, "each of them was met"
        written = [
            event.resource for event in log.mutating("slimdeploy", namespace) if event.verb in {"patch", "create"}
        ]
        assert written.count("services") == 2, "the answer was lost, and the same apply sent again"
        assert written.count("deployments") == 1
        live = json.loads(cluster.kubectl("get", "deployment/hello", "-n", namespace, "-o", "json"))
        assert live["metadata"]["generation"] == 1, "sent twice, changed once"


def test_a_server_that_is_away_for_seconds_is_waited_for(deployed: Project, cluster: Cluster, tmp_path: Path) -> None:
    with api_proxy(cluster, tmp_path) as (server, kubeconfig):

        def away() -> None:
            while not any(method == "PATCH" and "dryRun" not in path for method, path, _ in list(server.proxy.seen)):
                time.sleep(0.002)
            server.down.set()
            time.sleep(4)
            server.down.clear()

        thread = threading.Thread(target=away, daemon=True)
        thread.start()
        said = deployed.up("--kubeconfig", kubeconfig).stderr
        thread.join(PATIENCE)
        assert not thread.is_alive()
        assert "2 ready" in said
        assert said.count(f"the API server at https://{server.proxy.address} does not answer; trying again for ") == 1


def test_a_server_that_is_busy_for_seconds_is_waited_for(deployed: Project, cluster: Cluster, tmp_path: Path) -> None:
    with api_proxy(cluster, tmp_path, Fault("status", "GET", "/leases/", times=4, status=503)) as (server, kubeconfig):
        said = deployed.up("--kubeconfig", kubeconfig).stderr
        assert said.count(f"{server.proxy.address} answers 503; trying again for ") == 1
        server.proxy.faults[:] = [Fault("reset", times=1)]
        assert "trying again" not in deployed.up("--kubeconfig", kubeconfig).stderr, "that is over in a moment"


def test_a_server_that_accepts_and_does_not_answer_is_told_of_long_before_that_is_given_up(
    deployed: Project, cluster: Cluster, tmp_path: Path
) -> None:
    with api_proxy(cluster, tmp_path, Fault("hang")) as (server, kubeconfig):
        process = deployed.start("status", "--kubeconfig", kubeconfig)
        assert process.stderr is not None
        address = f"the API server at https://{server.proxy.address}"
        assert process.stderr.readline() == f"waiting for {address}: no answer for 3 s\n"
        began = time.monotonic()
        rest = process.communicate(timeout=60)[1]
        assert time.monotonic() - began > 5, "it is waited for as long as before"
        assert process.returncode == 69, rest
        assert "no answer for" not in rest, "once"


def test_a_web_page_is_no_api_server(deployed: Project, cluster: Cluster, tmp_path: Path) -> None:
    page = Fault("status", status=200, headers={"Content-Type": "text/html"}, body="<html>please log in</html>")
    with api_proxy(cluster, tmp_path, page) as (_, kubeconfig):
        result = deployed.slimdeploy("status", "--kubeconfig", kubeconfig)
        assert result.code == 69, result
        assert "a web page answers" in result.stderr


REFUSALS = [
    (
        500,
        "failed to create typed patch object (ns/hello; apps/v1): .spec.x: field not declared in schema",
        "Kubernetes knows no spec.x",
    ),
    (400, 'admission webhook "scan.example.com" does not support dry run', "sideEffects"),
    (403, 'admission webhook "scan.example.com" denied the request: no', "scan.example.com"),
    (403, 'services "hello" is forbidden: exceeded quota: small, requested: services=1', "resourcequota small"),
]


def test_a_refusal_is_explained_and_not_tried_again(
    deployed: Project, cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    with api_proxy(cluster, tmp_path) as (server, kubeconfig):
        log = cluster.audit.mark()
        for code, message, said in REFUSALS:
            server.proxy.faults[:] = [Fault("status", "PATCH", "/services/", status=code, body=status(code, message))]
            server.proxy.seen.clear()
            result = deployed.slimdeploy("up", "--kubeconfig", kubeconfig)
            assert result.code == 84, result
            assert said in result.stderr, result
            assert (
                len([path for method, path, _ in server.proxy.seen if "/services/" in path and method == "PATCH"]) == 1
            )
        assert log.mutating("slimdeploy", namespace) == []


def test_another_ca_is_named_and_not_tried_again(deployed: Project, cluster: Cluster, tmp_path: Path) -> None:
    with api_proxy(cluster, tmp_path) as (server, kubeconfig):
        make_certificate(tmp_path)  # the file that the kubeconfig trusts is another one now
        result = deployed.slimdeploy("status", "--kubeconfig", kubeconfig)
        assert result.code == 69, result
        assert "another CA signed it" in result.stderr
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("years", "said"),
    [
        (("20200101", "20210101"), "has to be renewed; this machine's clock says 2"),
        (("20990101", "20991231"), "check the clock: this machine's says 2"),
    ],
)
def test_a_certificate_of_another_time(
    deployed: Project, cluster: Cluster, tmp_path: Path, years: tuple[str, str], said: str
) -> None:
    with api_proxy(cluster, tmp_path, years=years) as (server, kubeconfig):
        result = deployed.slimdeploy("status", "--kubeconfig", kubeconfig)
        assert result.code == 69, result
        assert said in result.stderr
        assert len(server.asked) == 1
