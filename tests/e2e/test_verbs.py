"""The everyday verbs, as typed, around one app that runs in a real cluster."""

from __future__ import annotations

import json
import os
import pty
import re
import secrets
import select
import signal
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPException
from typing import Any

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.registry import Registry
from tests.e2e.conftest import Project, for_cluster, go_mod, new_project
from tests.e2e.failures.images import push_busybox
from tests.waiting import PATIENCE, until

TALKS = """package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	fmt.Println("listening in", os.Getenv("HOSTNAME"))
	http.HandleFunc("/api/", func(answer http.ResponseWriter, request *http.Request) {
		fmt.Println("asked by", request.UserAgent())
		fmt.Fprintln(answer, os.Getenv("HOSTNAME"))
	})
	http.HandleFunc("/end", func(http.ResponseWriter, *http.Request) { fmt.Println("told to end"); os.Exit(7) })
	panic(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
"""


@pytest.fixture(scope="module")
def app(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A talkative app with two copies, up in a namespace of its own."""
    namespace, folder = cluster.namespace(f"verbs-{secrets.token_hex(4)}"), tmp_path_factory.mktemp("verbs")
    project = new_project(folder)
    project.environment |= {"KUBECONFIG": str(cluster.kubeconfig), "NAMESPACE": namespace}
    project.write(go__mod=go_mod("hello"), main__go=TALKS, slim__toml=for_cluster(cluster, namespace))
    project.up()
    yield project
    cluster.kubectl("delete", "namespace", namespace, "--wait=false")


@pytest.fixture(scope="module")
def tools(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An image with a shell, which the test cluster can have."""
    return push_busybox(tmp_path_factory.mktemp("tools"), registry.address)


def names(project: Project) -> set[str]:
    return {each["name"] for each in project.slimdeploy("status", "-o", "json").json["instances"]}


@contextmanager
def running(project: Project, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A verb that goes on, and its lines so far, of both streams."""
    process, lines = project.start(*arguments), []

    def read(stream: Any) -> None:
        lines.extend(iter(stream.readline, ""))

    readers = [threading.Thread(target=read, args=(stream,)) for stream in (process.stdout, process.stderr)]
    for reader in readers:
        reader.start()
    try:
        yield process, lines
    finally:
        process.kill()
        process.wait()
        for reader, stream in zip(readers, (process.stdout, process.stderr), strict=True):
            reader.join()
            stream.close()


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def test_status(app: Project) -> None:
    text = app.slimdeploy("status").stdout
    assert "2/2 ready" in text
    assert re.search(r"release \d+, deployed ", text), text
    assert len(re.findall(r"ready +0 restarts +\d+[hms]\S* +slimdeploy-test +Running", text)) == 2, text
    found = app.slimdeploy("status", "-o", "json").json
    assert (found["ready"], found["wanted"], found["warnings"]) == (2, 2, [])
    assert {each["node"] for each in found["instances"]} == {"slimdeploy-test"}


def test_logs_of_all_copies_in_the_order_of_time(app: Project) -> None:
    shown = app.slimdeploy("logs")
    assert shown.code == 0, shown
    assert all(f"{name}  listening in {name}" in shown.stdout for name in names(app))
    documents = [json.loads(line) for line in app.slimdeploy("logs", "-o", "json").stdout.splitlines()]
    assert [each["time"] for each in documents] == sorted(each["time"] for each in documents)
    assert app.slimdeploy("logs", "--since", "1s", "--tail", "0").stdout == ""
    refused = app.slimdeploy("logs", "-f", "-p")
    assert refused.code == 64
    assert "--previous" in refused.stderr


def test_a_port_is_forwarded_and_logs_followed_over_a_restart(app: Project, cluster: Cluster) -> None:
    before, log = names(app), cluster.audit.mark()
    with (
        running(app, "port-forward", ":8080") as (forward, said),
        running(app, "logs", "-f") as (_, lines),
    ):
        url = until("the port is open", lambda: re.findall(r"http://127\.0\.0\.1:\d+", "".join(said)))[0]
        assert get(f"{url}/api/").strip() in before
        until("the log of what runs", lambda: all(f"listening in {name}" in "".join(lines) for name in before))
        result = app.slimdeploy("restart")
        assert result.code == 0, result
        assert "restarted: 2 ready" in result.stderr
        until("the old pods go", lambda: not names(app) & before)
        assert get(f"{url}/api/").strip() in names(app), "a new connection goes to a new pod"
        until("the log of the new pods", lambda: all(f"listening in {name}" in "".join(lines) for name in names(app)))
        forward.send_signal(signal.SIGINT)
        assert forward.wait(PATIENCE) == 0
    text = "".join(lines)
    assert max(text.count(f"listening in {name}") for name in before) == 1, "nothing is printed twice"
    changed = log.mutating("slimdeploy", app.environment["NAMESPACE"])
    assert [(each.verb, each.resource) for each in changed if each.resource == "deployments"] == [
        ("patch", "deployments")
    ]


def test_up_after_a_restart_changes_nothing(app: Project, cluster: Cluster) -> None:
    assert app.slimdeploy("restart").code == 0
    before, log = names(app), cluster.audit.mark()
    assert "nothing changed" in app.up().stderr
    assert log.mutating("slimdeploy", app.environment["NAMESPACE"]) == []
    assert names(app) & before


def test_a_run_before_the_present_one_is_kept_and_followed(app: Project) -> None:
    with running(app, "port-forward", ":8080") as (_, said), running(app, "logs", "-f", "--tail", "0") as (_, lines):
        url = until("the port is open", lambda: re.findall(r"http://127\.0\.0\.1:\d+", "".join(said)))[0]
        until("a line is followed", lambda: get(f"{url}/api/") and "asked by" in "".join(lines))
        with pytest.raises((OSError, HTTPException)) as ended:
            get(f"{url}/end")
        assert "timed out" not in str(ended.value), "the client is told that its connection has ended"
        until("the end is seen", lambda: "told to end" in "".join(lines))
        until("the new run is seen", lambda: re.search(r"listening in \S+\n", "".join(lines)))
    until("it serves again", lambda: app.slimdeploy("status", "-o", "json").json["ready"] == 2)
    assert "told to end" in app.slimdeploy("logs", "--previous").stdout
    assert "told to end" not in app.slimdeploy("logs").stdout
    assert "1 restart " in app.slimdeploy("status").stdout


def test_ports_that_cannot_be_forwarded(app: Project) -> None:
    with running(app, "port-forward", ":8080", ":9999") as (_, said):
        urls = until("both are open", lambda: len(found := re.findall(r"http://\S+", "".join(said))) == 2 and found)
        taken = urls[0].rpartition(":")[2]
        refused = app.slimdeploy("port-forward", f"{taken}:8080")
        assert (refused.code, "in use" in refused.stderr) == (64, True), refused
        with pytest.raises((OSError, HTTPException)) as refusal:
            get(urls[1])
        assert "timed out" not in str(refusal.value)
        until("the reason is told", lambda: "connection refused" in "".join(said))
        assert get(f"{urls[0]}/api/")
    assert app.slimdeploy("port-forward", "http").code == 64


def test_tools_beside_a_program_that_has_none(app: Project, tools: str, cluster: Cluster) -> None:
    script = "id -u; cat /proc/1/cmdline | tr '\\0' ' '; ls /proc/1/root/hello; wget -qO- http://127.0.0.1:8080/api/"
    shown = app.slimdeploy("debug", "--image", tools, "--", "/bin/busybox", "sh", "-c", script)
    assert shown.code == 0, shown
    user, *rest = shown.stdout.split()
    assert (user, rest[0], rest[1]) == ("65532", "/hello", "/proc/1/root/hello")
    assert rest[2] in names(app)
    assert "stays in the pod's description" in shown.stderr
    failed = app.slimdeploy("debug", "--image", tools, "--", "/bin/busybox", "false")
    assert (failed.code, "exit code 1" in failed.stderr) == (90, True), failed
    (pod,) = [
        pod
        for pod in json.loads(cluster.kubectl("get", "pods", "-n", app.environment["NAMESPACE"], "-o", "json"))["items"]
        if pod["metadata"]["name"] == rest[2]
    ]
    assert pod["spec"]["ephemeralContainers"][0]["targetContainerName"] == "hello"


def test_an_image_for_debugging_that_is_not_there(app: Project, registry: Registry) -> None:
    absent = app.slimdeploy("debug", "--image", f"{registry.address}/no/such:1", "--", "sh")
    assert absent.code == 64, absent
    assert "cannot be pulled" in absent.stderr
    nobody = app.slimdeploy("debug", "--image", "x", "--pod", "nobody")
    assert (nobody.code, "running: hello-" in nobody.stderr) == (64, True), nobody


def test_a_terminal_in_a_pod(app: Project, tools: str) -> None:
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "slimdeploy", "debug", "--image", tools, "--", "/bin/busybox", "sh"]
    environment = {**os.environ, **app.environment, "TERM": "xterm"}
    process = subprocess.Popen(command, cwd=app.folder, env=environment, stdin=slave, stdout=slave, stderr=slave)
    os.close(slave)
    seen = bytearray()
    try:
        expect(master, seen, b"process 1")
        time.sleep(1)
        os.write(master, b"echo $((6*7)); tty\n")
        expect(master, seen, b"42")
        expect(master, seen, b"/dev/pts/")
        os.write(master, b"exit 3\n")
        expect(master, seen, b"exit code 3")
        assert process.wait(PATIENCE) == 90
    finally:
        process.kill()
        process.wait()
        os.close(master)


def expect(terminal: int, seen: bytearray, wanted: bytes) -> None:
    deadline = time.monotonic() + PATIENCE
    while wanted not in seen:
        assert time.monotonic() < deadline, bytes(seen)
        if select.select([terminal], [], [], 1)[0]:
            try:
                seen += os.read(terminal, 4096)
            except OSError:  # the other end is closed
                assert wanted in seen, bytes(seen)


def test_nobody_reads_the_log_any_more(app: Project) -> None:
    command = f"{sys.executable} -m slimdeploy logs -f | head -n 1"
    environment = {**os.environ, **app.environment}
    options: dict[str, Any] = {"cwd": app.folder, "env": environment, "stdout": subprocess.PIPE}
    with (
        subprocess.Popen(["sh", "-c", command], **options) as process,
        running(app, "port-forward", ":8080") as (_, said),
    ):
        assert b"listening" in process.stdout.readline()
        url = until("the port is open", lambda: re.findall(r"http://127\.0\.0\.1:\d+", "".join(said)))[0]
        until("it ends with the next line", lambda: (get(f"{url}/api/"), process.poll())[1] is not None)
