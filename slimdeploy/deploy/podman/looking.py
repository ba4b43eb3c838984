"""What runs on this machine: the containers, and how those ended that end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from slimdeploy.artifacts.status import Instance, Process, Run, Status
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deploy.podman.container import published, spec_of, url
from slimdeploy.deploy.podman.printing import fixed
from slimdeploy.deploy.podman.single import Single
from slimdeploy.tools.podman import Podman

NEVER = "0001-01-01"
"""Go's zero time, which is how podman says that something has not happened."""
Live = dict[str, Any]


def status(plan: WorkloadPlan, all_of_it: Iterable[Single], podman: Podman) -> Status:
    """Each container as it is."""
    found = [(each, live) for each in all_of_it if (live := each.live()) is not None]
    runs = tuple(_run(each, live) for each, live in found if each.plan.kind != "service")
    serving = [(each, live) for each, live in found if each.plan.kind == "service"]
    instances = tuple(_instance(each, live, podman) for each, live in serving)
    wanted = tuple(
        Process(_process(each), 1, int(one.ready)) for (each, _), one in zip(serving, instances, strict=True)
    )
    own = next((live for each, live in found if not each.plan.process), None)
    return Status(
        plan.app,
        "local",
        str(spec_of(own or found[0][1]).get("image", "")) if found else "",
        len(instances),
        instances,
        url(plan, published(spec_of(own))) if own and plan.kind == "service" else "",
        kind=plan.kind,
        processes=wanted,
        runs=runs,
    )


def _process(each: Single) -> str:
    return each.plan.process or each.plan.app


def _instance(each: Single, live: Live, podman: Podman) -> Instance:
    state, spec = live["State"]["Status"], spec_of(live)
    there = Single(each.plan, published(spec), podman, each.timeout)
    ready = state == "running" and there.not_ready(0.0) is None
    return Instance(
        each.name,
        "Running" if ready else state,
        ready,
        int(live.get("RestartCount", 0)),
        str(spec.get("image", "")),
        _moment(live["State"].get("StartedAt")),
        process=_process(each),
    )


def _run(each: Single, live: Live) -> Run:
    state = live["State"]
    code, running = int(state.get("ExitCode", 0)), state["Status"] == "running"
    return Run(
        each.name,
        "running" if running else "failed" if code else "succeeded" if state["Status"] == "exited" else "waiting",
        f"exit code {code}" if code and not running else "",
        _moment(state.get("StartedAt")),
        "" if running else _moment(state.get("FinishedAt")),
        int(running),
        each.plan.process,
    )


def _moment(text: str | None) -> str:
    return fixed(text or "") if text and not text.startswith(NEVER) else ""
