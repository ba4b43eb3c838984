"""What is shown before anything is done, and the one question that is asked."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.waiting import PATIENCE


def test_plan_and_dry_run_write_nothing(deployed: Project, cluster: Cluster, namespace: str) -> None:
    log = cluster.audit.mark()
    planned = deployed.slimdeploy("plan", "-o", "json")
    assert planned.code == 0, planned
    assert planned.json["changes"] is None, "nothing is built for it"
    assert namespace in planned.json["target"]
    shown = deployed.slimdeploy("up", "--dry-run", "-o", "json")
    assert {change["action"] for change in shown.json} == {"created"}, shown
    again = deployed.slimdeploy("plan", "-o", "json").json
    assert "@sha256:" in again["image"]
    assert again["changes"] == shown.json
    assert log.mutating("slimdeploy", namespace) == []
    assert "push" not in shown.stderr


def test_down_asks_on_a_terminal(deployed: Project, cluster: Cluster, namespace: str) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "slimdeploy", "down"]
    environment = {**os.environ, **deployed.environment}
    log = cluster.audit.mark()
    asked = subprocess.Popen(
        command, cwd=deployed.folder, env=environment, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    os.write(ours, b"n\n")
    _, stderr = asked.communicate(timeout=PATIENCE)
    os.close(ours)
    os.close(theirs)
    assert asked.returncode == 130
    assert f"remove hello from namespace {namespace} of context {cluster.context}?" in stderr.decode()
    assert log.events("slimdeploy") == [] or log.mutating("slimdeploy", namespace) == []
