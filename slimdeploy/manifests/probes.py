"""Probes, none of which starts a program: an image from scratch has no other.

Readiness asks the program; liveness and start-up only whether it listens, unless slim.toml says more: a slow dependency
restarts nothing.
"""

from __future__ import annotations

from typing import Any

from slimdeploy.artifacts.workload import Health, WorkloadPlan


def probes(plan: WorkloadPlan) -> dict[str, Any]:
    """The three probes; none for a program that listens on no port."""
    if plan.health is None:
        return {}
    listens = Health("tcp", plan.health.port)
    return {
        "startupProbe": _probe(plan.startup or listens, period=1, failures=60),
        "readinessProbe": _probe(plan.health, period=2, timeout=2),
        "livenessProbe": _probe(plan.liveness or listens, period=10, timeout=2),
    }


def _probe(health: Health, *, period: int, timeout: int | None = None, failures: int | None = None) -> dict[str, Any]:
    ways: dict[str, dict[str, Any]] = {
        "http": {"httpGet": {"path": health.path, "port": health.port.name}},
        "grpc": {"grpc": {"port": health.port.number}},
        "tcp": {"tcpSocket": {"port": health.port.name}},
    }
    times = {
        "periodSeconds": health.period or period,
        "timeoutSeconds": health.timeout or timeout,
        "failureThreshold": health.failures or failures,
    }
    return ways[health.kind] | {name: value for name, value in times.items() if value is not None}
