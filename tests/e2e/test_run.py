"""`slimdeploy run`: the image in the foreground, in local podman."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import urllib.request
from pathlib import Path

import pytest

from slimdeploy.tools.go import host
from tests.e2e.conftest import Project, go_mod
from tests.tools.processes import alive
from tests.waiting import PATIENCE, comes_true

SHOWS = """package main

import (
	"fmt"
	"net/http"
	"os"
	"strings"
)

func main() {
	fmt.Println(strings.Join(os.Args[1:], "|"), os.Getenv("SECRET"), os.Getuid(), os.WriteFile("/x", nil, 0o600))
	fmt.Fprintln(os.Stderr, "to stderr")
	if len(os.Args) > 1 && os.Args[1] == "fails" {
		os.Exit(7)
	}
	if len(os.Args) > 1 {
		return
	}
	panic(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
"""


@pytest.fixture
def shows(project: Project, local_name: str) -> Project:
    """A program that prints what it sees, with nothing but a go.mod beside it."""
    return project.write(go__mod=go_mod(local_name), main__go=SHOWS)


def containers(project: Project) -> list[str]:
    """Those of this project: other tests run theirs beside it."""
    app = (project.folder / "go.mod").read_text().split()[1].rpartition("/")[2]
    out = subprocess.run(
        ["podman", "ps", "--all", "--format", "{{.Names}} {{.Image}}"], capture_output=True, text=True, check=True
    )
    return [each for each in out.stdout.splitlines() if each.startswith("slimdeploy-run-") and f"/{app}@" in each]


def wait_for(url: str) -> None:
    def answers() -> bool:
        try:
            urllib.request.urlopen(url, timeout=2)
        except urllib.error.HTTPError:
            return True  # 404 is an answer
        except OSError:
            return False
        return False

    assert comes_true(answers, 2 * PATIENCE), f"{url} does not answer"


def test_its_output_is_ours_and_its_arguments_are_given(shows: Project) -> None:
    before = containers(shows)
    result = shows.slimdeploy("run", "-e", "SECRET=two\nlines", "--", "a b", "-c")
    assert result.code == 0, result
    assert result.stdout == "a b|-c two\nlines 65532 open /x: read-only file system\n"
    assert "to stderr" in result.stderr
    assert "ended with exit code 0" in result.stderr
    assert containers(shows) == before


def test_its_exit_code_is_said(shows: Project) -> None:
    result = shows.slimdeploy("run", "fails")
    assert result.code == 90
    assert "ended with exit code 7" in result.stderr


def test_ctrl_c_stops_it_and_no_value_is_in_argv(shows: Project, port: int, tmp_path: Path) -> None:
    shows.environment["SECRET"] = "s3cr3t-" + tmp_path.name
    before, process = containers(shows), shows.start("run", "-p", f"{port}:8080", "-e", "SECRET")
    wait_for(f"http://127.0.0.1:{port}/")
    (line,) = set(containers(shows)) - set(before)
    name = line.partition(" ")[0]
    assert alive(shows.environment["SECRET"]) == []
    found = json.loads(subprocess.run(["podman", "inspect", name], capture_output=True, check=True).stdout)[0]
    assert found["HostConfig"]["ReadonlyRootfs"]
    assert found["HostConfig"]["PortBindings"]["8080/tcp"][0] == {"HostIp": "127.0.0.1", "HostPort": str(port)}
    process.send_signal(signal.SIGINT)
    said = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == 130, said
    assert "was told to end, and did, with exit code " in said
    assert containers(shows) == before


def test_killed_it_leaves_no_container(shows: Project, port: int) -> None:
    before, process = containers(shows), shows.start("run", "-p", f"{port}:8080")
    wait_for(f"http://127.0.0.1:{port}/")
    process.kill()
    process.communicate()
    assert comes_true(lambda: containers(shows) == before), "the container goes on"


def test_wrong_flags(shows: Project) -> None:
    for flags, text in ((("-p", "x:1"), "HOST_PORT:PORT"), (("-e", "NOT_THERE_AT_ALL"), "no such variable")):
        result = shows.slimdeploy("run", *flags)
        assert (result.code, text in result.stderr) == (64, True), result


def test_what_can_be_known_is_refused_before_anything_is_compiled(shows: Project, port: int) -> None:
    """A used port, a secret that is not set, an image that this machine cannot start: the source is not even right."""
    shows.write(main__go="package main\n\nfunc main() { x }\n")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        used = shows.slimdeploy("run", "-p", f"{port}:8080")
    assert (used.code, f"127.0.0.1:{port} is in use" in used.stderr) == (87, True), used
    shows.write(slim__toml='[app.secrets]\nDB_URL = { from_env = "NOT_THERE_AT_ALL" }\n')
    secret = shows.slimdeploy("run")
    assert (secret.code, "NOT_THERE_AT_ALL is not set" in secret.stderr) == (65, True), secret
    shows.write(slim__toml='build.platforms = ["linux/s390x"]\n')
    for verb in (("run",), ("up", "--local"), ("diff", "--local")):
        foreign = shows.slimdeploy(*verb)
        assert (foreign.code, "build.platforms is linux/s390x" in foreign.stderr) == (78, True), foreign
        assert f"next: --platform {host()}\n" in foreign.stderr


def test_a_secret_that_is_given_need_not_be_set(shows: Project) -> None:
    shows.write(slim__toml='[app.secrets]\nSECRET = { from_env = "NOT_THERE_AT_ALL" }\n')
    result = shows.slimdeploy("run", "-e", "SECRET=given", "--", "once")
    assert (result.code, result.stdout.startswith("once given ")) == (0, True), result


def test_an_exit_code_of_podmans_that_is_the_programs_own(shows: Project) -> None:
    shows.write(main__go='package main\n\nimport "os"\n\nfunc main() { os.Exit(126) }\n')
    result = shows.slimdeploy("run")
    assert (result.code, "ended with exit code 126" in result.stderr) == (90, True), result


def test_what_podman_cannot_do_is_not_the_programs_failure(shows: Project) -> None:
    result = shows.slimdeploy("run", "-p", "192.0.2.1:18080:8080")  # no address of this machine (RFC 5737)
    assert (result.code, "podman could not" in result.stderr) == (87, True), result
