"""`slimdeploy up` without a cluster: the image runs in local podman, on 127.0.0.1 only."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.conftest import CRASHES, HELLO, Project
from tests.e2e.test_verbs import running
from tests.waiting import PATIENCE, until


@pytest.fixture
def here(hello: Project, local_name: str, port: int) -> Iterator[Project]:
    """hello under a name and a port of its own; whatever a test leaves is taken down."""
    hello.environment["SLIMDEPLOY_PUBLISH"] = str(port)
    hello.write(slim__toml=f'[app]\nname = "{local_name}"\nhealth = "/api/"\n')
    yield hello
    hello.slimdeploy("down")


def podman(*arguments: str) -> str:
    return subprocess.run(["podman", *arguments], capture_output=True, text=True, check=True).stdout


def container(name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(podman("container", "inspect", f"slimdeploy-{name}"))
    return found[0]


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=PATIENCE) as answer:
        text: str = answer.read().decode()
        return text


def test_it_serves_on_loopback_and_down_leaves_nothing(here: Project, local_name: str, port: int) -> None:
    result = here.up()
    assert result.stdout == f"http://127.0.0.1:{port}/api/\n"
    assert get(result.stdout.strip()).startswith("Hello From Go!")
    assert here.slimdeploy("logs").stdout == "listening\n"
    assert f"container/slimdeploy-{local_name}" in here.slimdeploy("down").stderr
    assert local_name not in podman("ps", "--all", "--format", "{{.Names}}") + podman(
        "images", "--format", "{{.Names}}"
    )


TALKS = """	for number := 0; number < 3; number++ {
		fmt.Fprintln(os.Stderr, "old", number)
	}
	for number := 0; number < 3; number++ {
		time.Sleep(10 * time.Millisecond)
		fmt.Println("new", number)
	}
"""
ASKED = """		if request.URL.RawQuery == "say" {
			fmt.Println("asked")
		}
"""


def test_the_last_lines_are_the_last_by_time_of_both_streams(here: Project, port: int) -> None:
    asked = HELLO.replace("_ *http", "request *http").replace("\t\tfmt.F", f"{ASKED}\t\tfmt.F")
    talks = asked.replace("func main() {\n", f"func main() {{\n{TALKS}")
    here.write(main__go=talks.replace('"os"', '"os"\n\t"time"'))
    here.up()
    both = [f"{age} {number}" for age in ("old", "new") for number in range(3)] + ["listening"]
    for tail in (0, 2, 5, 100):
        assert here.slimdeploy("logs", "--tail", str(tail)).stdout.splitlines() == both[-tail:][:tail]
    documents = here.slimdeploy("logs", "--tail", "5", "-o", "json").stdout.splitlines()
    assert [json.loads(each)["line"] for each in documents] == both[-5:]
    with running(here, "logs", "-f", "--tail", "5") as (_, followed):
        until("the last lines are followed", lambda: [each.rstrip() for each in followed] == both[-5:])
    with running(here, "logs", "-f", "--tail", "0") as (_, followed):
        until("a new line is followed", lambda: get(f"http://127.0.0.1:{port}/api/?say") and followed)
    assert set(followed) == {"asked\n"}


def test_again_changes_nothing(here: Project, local_name: str) -> None:
    here.up()
    before = container(local_name)["Id"]
    assert "nothing changed: 1 ready on local" in here.up().stderr
    assert container(local_name)["Id"] == before


def test_a_changed_variable_is_a_new_container(here: Project) -> None:
    here.up()
    toml = here.folder / "slim.toml"
    toml.write_text(toml.read_text() + 'env = { GREETING = "again" }\n')
    diff = here.slimdeploy("diff", "--exit-code")
    assert (diff.code, diff.stdout.splitlines()[1].strip()) == (2, '+ env.GREETING: "again"')
    assert get(here.up().stdout.strip()) == "Hello From Go! again\n"


def test_it_is_hardened_as_the_pod_is(here: Project, local_name: str) -> None:
    here.up()
    found = container(local_name)
    host = found["HostConfig"]
    assert found["Config"]["User"] == "65532:65532"
    assert host["ReadonlyRootfs"]
    assert found["EffectiveCaps"] in (None, [])
    assert "no-new-privileges" in host["SecurityOpt"]
    assert {binding["HostIp"] for bound in host["PortBindings"].values() for binding in bound} == {"127.0.0.1"}


def test_a_crash_is_reported_with_its_last_line(here: Project) -> None:
    here.write(main__go=CRASHES)
    result = here.slimdeploy("up")
    assert result.code == 87
    assert "exit code 3" in result.stderr
    assert "fatal: DB_URL is not set" in result.stderr


def test_running_is_not_serving(here: Project) -> None:
    here.write(main__go='package main\n\nimport "time"\n\nfunc main() { println("asleep"); time.Sleep(time.Hour) }\n')
    result = here.slimdeploy("up", "--timeout", "2s")
    assert result.code == 87
    assert "not ready after 2 s" in result.stderr


def test_a_port_in_use_is_said(here: Project, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        result = here.slimdeploy("up")
    assert result.code == 87
    assert f"port {port} on 127.0.0.1 is in use" in result.stderr


def test_a_stopped_container_is_started_again(here: Project, local_name: str) -> None:
    here.up()
    podman("kill", f"slimdeploy-{local_name}")
    assert "changed" in here.up().stderr
    assert container(local_name)["State"]["Running"]


def test_a_worker_needs_no_port(here: Project, local_name: str) -> None:
    here.environment.pop("SLIMDEPLOY_PUBLISH")
    here.write(main__go='package main\n\nimport "time"\n\nfunc main() { println("at work"); time.Sleep(time.Hour) }\n')
    here.write(slim__toml=f'[app]\nname = "{local_name}"\nports = []\n')
    result = here.up()
    assert result.stdout == ""
    assert "running" in result.stderr
