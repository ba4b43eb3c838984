"""Standard streams that are full, closed or not read, and command lines that say nothing or too much."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.e2e.conftest import Project

ALL_CLOSED = "<&- >&- 2>&-"


def shell(project: Project, line: str) -> subprocess.CompletedProcess[str]:
    """A line as people type it: S is slimdeploy."""
    script = line.replace("S ", f"{sys.executable} -m slimdeploy ", 1)
    environment = {**os.environ, **project.environment}
    return subprocess.run(
        ["/bin/bash", "-c", script], cwd=project.folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("line", ["S version >/dev/full", "S config show -o json >/dev/full", "S --help >/dev/full"])
def test_a_full_stdout_is_73(hello: Project, line: str) -> None:
    hello.write(slim__toml="")
    done = shell(hello, line)
    assert (done.returncode, "No space left on device" in done.stderr) == (73, True), done
    assert "Traceback" not in done.stderr


def test_a_full_stderr_stops_nothing(hello: Project) -> None:
    done = shell(hello, "S build 2>/dev/full </dev/null")
    assert (done.returncode, done.stdout.startswith("localhost/hello@sha256:")) == (0, True), done


def test_a_failure_that_nobody_can_read_keeps_its_code(hello: Project) -> None:
    assert shell(hello, "S up -n x -o json >/dev/full 2>/dev/full").returncode == 64


@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", ALL_CLOSED])
def test_a_closed_stream_is_dev_null(hello: Project, closed: str) -> None:
    done = shell(hello, f"S build {closed}")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False), done


def test_help_that_nobody_reads_is_no_failure(hello: Project) -> None:
    done = shell(hello, "S --help | head -0; exit ${PIPESTATUS[0]}")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("verbs", [[], ["cache"], ["config"], ["schedule"]])
def test_a_list_of_verbs_shows_its_help(hello: Project, verbs: list[str]) -> None:
    result = hello.slimdeploy(*verbs)
    assert (result.code, result.stderr) == (0, "")
    assert result.stdout.startswith(f"Usage: slimdeploy{''.join(f' {each}' for each in verbs)} ")


@pytest.mark.parametrize("flag", ["-n", "--context", "--kubeconfig", "-P", "--file", "-C"])
def test_an_empty_flag_is_refused_and_an_empty_variable_is_unset(hello: Project, flag: str) -> None:
    refused = hello.slimdeploy("plan", flag, "")
    assert (refused.code, "is empty" in refused.stderr) == (64, True), refused
    assert "next: slimdeploy plan --help" in refused.stderr
    hello.environment |= {"SLIMDEPLOY_NAMESPACE": "", "SLIMDEPLOY_PROFILE": "", "SLIMDEPLOY_FILE": ""}
    assert hello.slimdeploy("plan").code == 0


@pytest.mark.parametrize("flag", ["-n", "--context"])
def test_local_podman_takes_no_cluster_flag(hello: Project, flag: str) -> None:
    result = hello.slimdeploy("up", "--local", flag, "x")
    assert (result.code, "--local is podman on this machine" in result.stderr) == (64, True), result
