"""Several programs of one app, in a real cluster: which one the everyday verbs mean, and that --process chooses."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.registry import Registry
from tests.e2e.conftest import Project, for_cluster, go_mod, new_project
from tests.e2e.failures.images import push_busybox
from tests.e2e.test_verbs import get, running
from tests.waiting import until

SERVES = """package main

import (
	"fmt"
	"net/http"
	"os"
	"time"
)

func main() {
	name := append(os.Args, "web")[1]
	fmt.Println("this is", name)
	if name == "worker" {
		time.Sleep(time.Hour)
	}
	http.HandleFunc("/api/", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprintln(answer, name) })
	panic(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
"""
PROCESSES = """[deploy]
replicas = 1
[processes.admin]
args = ["admin"]
ports = [{ name = "admin", port = 9090 }, { name = "beats", port = 9091, protocol = "UDP" }]
[processes.worker]
args = ["worker"]
replicas = 2
"""


@pytest.fixture(scope="module")
def app(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A server, another one on a port of its own, and two workers."""
    namespace = cluster.namespace(f"processes-{secrets.token_hex(4)}")
    project = new_project(tmp_path_factory.mktemp("processes"))
    project.environment |= {"KUBECONFIG": str(cluster.kubeconfig), "NAMESPACE": namespace}
    project.write(go__mod=go_mod("hello"), main__go=SERVES, slim__toml=for_cluster(cluster, namespace, more=PROCESSES))
    project.up()
    yield project
    cluster.kubectl("delete", "namespace", namespace, "--wait=false")


def names(project: Project, process: str) -> set[str]:
    found: list[dict[str, Any]] = project.slimdeploy("status", "-o", "json").json["instances"]
    return {each["name"] for each in found if each["process"] == process and each["state"] != "Terminating"}


def test_status_counts_each(app: Project) -> None:
    assert "4/4 ready (hello 1/1, admin 1/1, worker 2/2)" in app.slimdeploy("status").stdout
    found = app.slimdeploy("status", "-o", "json").json
    assert found["processes"][2] == {"name": "worker", "wanted": 2, "ready": 2}
    assert (found["wanted"], found["ready"]) == (4, 4)


def test_logs_of_one(app: Project) -> None:
    lines = [
        json.loads(line) for line in app.slimdeploy("logs", "-o", "json", "--process", "worker").stdout.splitlines()
    ]
    assert [each["line"] for each in lines] == ["this is worker"] * 2
    assert {each["pod"] for each in lines} == names(app, "worker")
    assert app.slimdeploy("logs", "--process", "hello").stdout == "this is web\n", "of one copy, without a prefix"
    assert len(app.slimdeploy("logs").stdout.splitlines()) == 4
    unknown = app.slimdeploy("logs", "--process", "wroker")
    assert (unknown.code, "--process takes: hello, admin, worker" in unknown.stderr) == (64, True), unknown


def test_a_port_leads_to_those_that_listen_on_it(app: Project) -> None:
    with running(app, "port-forward", ":8080", ":9090") as (_, said):
        web, admin = until(
            "both are open", lambda: len(found := re.findall(r"http://\S+", "".join(said))) == 2 and found
        )
        assert [get(f"{web}/api/") for _ in range(5)] == ["web\n"] * 5
        assert [get(f"{admin}/api/") for _ in range(5)] == ["admin\n"] * 5
    with running(app, "port-forward", "--process", "admin", ":9090") as (_, said):
        url = until("it is open", lambda: re.findall(r"http://\S+", "".join(said)))[0]
        assert get(f"{url}/api/") == "admin\n"
    nothing = app.slimdeploy("port-forward", "--process", "worker")
    assert (nothing.code, "worker listens on no TCP port" in nothing.stderr) == (64, True), nothing
    assert app.slimdeploy("port-forward", "--process", "x", ":1").code == 64


def test_restart_of_one(app: Project) -> None:
    before = {process: names(app, process) for process in ("hello", "admin", "worker")}
    result = app.slimdeploy("restart", "--process", "admin")
    assert (result.code, "restarted: 1 ready" in result.stderr) == (0, True), result
    assert not names(app, "admin") & before["admin"]
    assert (names(app, "hello"), names(app, "worker")) == (before["hello"], before["worker"])
    assert app.slimdeploy("restart", "--process", "x").code == 64


def test_tools_beside_one(app: Project, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> None:
    tools = push_busybox(tmp_path_factory.mktemp("tools"), registry.address)
    script = "tr '\\0' ' ' </proc/1/cmdline"
    for more, wanted in (((), "/hello"), (("--process", "worker"), "/hello worker")):
        shown = app.slimdeploy("debug", "--image", tools, *more, "--", "/bin/busybox", "sh", "-c", script)
        assert (shown.code, shown.stdout.strip()) == (0, wanted), shown
