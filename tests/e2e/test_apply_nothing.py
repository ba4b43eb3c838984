"""The unchanged run, again and again: nothing is written, no pod is replaced, whoever looks."""

from __future__ import annotations

import json

import pytest

from slimdeploy.config.reader import load
from slimdeploy.pipeline import up
from slimdeploy.plan.deploy import Overrides
from slimdeploy.workbench import Request
from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project

RUNS = 50


def replica_sets(cluster: Cluster, namespace: str) -> list[str]:
    found = json.loads(cluster.kubectl("get", "replicasets", "-n", namespace, "-o", "json"))["items"]
    return [each["metadata"]["uid"] for each in found]


def test_fifty_runs_write_nothing(
    deployed: Project, cluster: Cluster, namespace: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in deployed.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(deployed.folder)
    request = Request(deployed.folder, load(deployed.folder / "slim.toml"), Overrides())
    first = up(request, lambda _: None)
    assert first.changed
    before, log = replica_sets(cluster, namespace), cluster.audit.mark()
    assert len(before) == 1
    assert [up(request, lambda _: None).changed for _ in range(RUNS)] == [False] * RUNS
    assert log.mutating("slimdeploy", namespace) == []
    asked = [event for event in log.events("slimdeploy") if event.namespace == namespace]
    assert len([event for event in asked if event.dry_run]) == len(first.changes.items) * RUNS, (
        "each object was proven each time"
    )
    assert replica_sets(cluster, namespace) == before
