"""What is left of containers that do not serve: a report, told before anything is put back, and no secret in it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import Project, go_mod

OLD, NEW = "old-hunter2", "new-hunter3"
PROGRAM = """package main

import (
	"fmt"
	"os"
	"time"
)

func main() {
	for i := 0; i < 20; i++ {
		fmt.Println("line", i, "with", os.Getenv("DB_URL"))
	}
	if _, err := os.Stat("/data/broken"); err == nil {
		panic("cannot open " + os.Getenv("DB_URL"))
	}
	if os.Getenv("VALUE") == "crash" || os.Getenv("VALUE") == "break" {
		if os.Getenv("VALUE") == "break" {
			os.WriteFile("/data/broken", nil, 0o600)
		}
		os.Exit(3)
	}
	time.Sleep(time.Hour)
}
"""
TOML = """[app]
name = "{name}"
ports = []
env = {{ VALUE = "{value}" }}
secrets.DB_URL = {{ from_env = "DB_URL" }}
[deploy]
volumes = [{{ name = "data", path = "/data", claim = "data" }}]
"""


@pytest.fixture
def worker(project: Project, local_name: str) -> Iterator[Project]:
    """A worker with a secret and a volume, that runs."""
    project.write(go__mod=go_mod("worker"), main__go=PROGRAM)
    project.environment["DB_URL"] = OLD
    wanted(project, local_name, "serve")
    project.up()
    project.environment["DB_URL"] = NEW
    yield project
    project.slimdeploy("down", "--volumes", "-y")


def wanted(project: Project, name: str, value: str) -> None:
    project.write(slim__toml=TOML.format(name=name, value=value))


def report(project: Project, name: str) -> Path:
    (file,) = (project.folder.parent / "state/slimdeploy/reports").glob(f"{name}-local-*.txt")
    assert file.stat().st_mode & 0o777 == 0o600
    return file


def test_evidence_is_kept_and_told_before_the_old_one_is_put_back(worker: Project, local_name: str) -> None:
    wanted(worker, local_name, "crash")
    result = worker.slimdeploy("up")
    assert result.code == 86, result
    file = report(worker, local_name)
    told = [result.stderr.index(each) for each in ("failed: ", "line 19 with (secret)", str(file), "\n  rollback ")]
    assert told == sorted(told), result
    assert result.stderr.count(str(file)) == 1
    kept = file.read_text()
    assert f"container/slimdeploy-{local_name}: exited, exit code 3\n" in kept
    assert "\n    line 0 with (secret)\n" in kept, "the whole log, and not its end alone"
    assert kept.endswith("rolled back: what ran before runs again, as it was\n")
    assert NEW not in kept + result.stderr


def test_the_old_ones_secret_is_not_shown_either(worker: Project, local_name: str) -> None:
    wanted(worker, local_name, "break")
    result = worker.slimdeploy("up")
    assert result.code == 87, result
    assert "rolling back failed, too" in result.stderr
    assert "panic: cannot open (secret)" in result.stderr
    kept = report(worker, local_name).read_text()
    assert "panic: cannot open (secret)" in kept, "what came of it is added"
    for value in (OLD, NEW):
        assert value not in kept + result.stderr


def test_a_first_release_leaves_its_report_too(worker: Project, local_name: str) -> None:
    worker.slimdeploy("down")
    wanted(worker, local_name, "crash")
    result = worker.slimdeploy("up")
    assert result.code == 87, result
    assert f"all of this, and the whole logs: {report(worker, local_name)}" in result.stderr
