"""What is done with an app that is deployed already: nothing is built here."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import ObjectRef, Release
from slimdeploy.deploy.connect import connect
from slimdeploy.deploy.destination import Destination
from slimdeploy.events import Report, step
from slimdeploy.plan.deploy import choose_target, rollout_seconds
from slimdeploy.plan.workload import workload_plan
from slimdeploy.state.locks import locked
from slimdeploy.state.places import project_folder
from slimdeploy.workbench import Request, name_of

LOOK_SECONDS = 60.0
"""How long verbs that deploy nothing wait for anything."""


def rollback(request: Request, report: Report, number: int | None) -> Release:
    """A stored release -> running pods. Nothing is built."""
    with locked(project_folder(request.project), str(request.project), request.order.lock_wait):
        plan = workload_plan(request.config, name_of(request))
        target = choose_target(request.config, plan.app, request.overrides)
        there = connect(plan, target, rollout_seconds(request.config, request.overrides), report)
        return there.rollback(number, request.order, report)


def down(request: Request, report: Report, *, volumes: bool = False) -> tuple[ObjectRef, ...]:
    """Remove everything that `up` made; volumes, which hold data, only if that is wanted."""
    with (
        locked(project_folder(request.project), str(request.project), request.order.lock_wait),
        step(report, "down") as running,
    ):
        return destination(request, report).down(request.order, volumes, running)


def restart(request: Request, report: Report, process: str = "") -> int:
    """New copies of what runs, or of one process; how many serve."""
    with (
        locked(project_folder(request.project), str(request.project), request.order.lock_wait),
        step(report, "restart") as running,
    ):
        app = name_of(request)
        target = choose_target(request.config, app, request.overrides)
        seconds = rollout_seconds(request.config, request.overrides)
        there = connect(workload_plan(request.config, app), target, seconds, report)
        return there.restart(process, request.order, running)


def destination(request: Request, report: Report = lambda _: None) -> Destination:
    """Where the app runs, without building anything."""
    app = name_of(request)
    target = choose_target(request.config, app, request.overrides)
    return connect(workload_plan(request.config, app), target, LOOK_SECONDS, report)
