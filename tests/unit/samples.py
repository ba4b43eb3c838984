"""Values to test with: a configuration, the facts of a machine, a plan of what runs. Each test changes its own part."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.plan import LocalFacts, Platform
from slimdeploy.artifacts.workload import Health, Port, WorkloadPlan
from slimdeploy.config.model import Config
from slimdeploy.config.settings import settings

IMAGE = "registry.example.com/team/hello@sha256:" + "a" * 64
HTTP = Port("http", 8080)
AMD64 = Platform("linux", "amd64")


def config(**tables: dict[str, Any]) -> Config:
    """The configuration of a slim.toml with these tables."""
    return settings(Config.model_validate(tables))


def facts(**changes: Any) -> LocalFacts:
    """A module with one main package on an amd64 machine."""
    machine = LocalFacts(Path("project"), "example.com/team/hello", (".",), "amd64", "v1.2.3")
    return replace(machine, **changes)


def workload(**changes: Any) -> WorkloadPlan:
    """A small web program."""
    plan = WorkloadPlan(
        app="hello",
        ports=(HTTP,),
        health=Health("http", HTTP, "/healthz"),
        args=(),
        env=(("GOMEMLIMIT", "60397977"), ("PORT", "8080")),
        user=65532,
        cpu="100m",
        memory="64Mi",
        memory_bytes=64 << 20,
        replicas=2,
    )
    return replace(plan, **changes)


def worker() -> WorkloadPlan:
    """A program that listens on no port."""
    return workload(ports=(), health=None)
