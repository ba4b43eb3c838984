"""Which pods are meant: those of one process, by the name that --process takes; the app's own is called as the app."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.errors import UsageError
from slimdeploy.manifests.labels import NAME

Pod = Mapping[str, Any]


def label_of(pod: Pod) -> str:
    """What its objects and its container are called: the app, or the app and the process."""
    return str((pod["metadata"].get("labels") or {}).get(NAME, ""))


def process_of(app: str, pod: Pod) -> str:
    """The name of its process."""
    return label_of(pod).removeprefix(f"{app}-") or app


def chosen(found: Sequence[Pod], process: str, plan: WorkloadPlan) -> list[Pod]:
    """Those of one process, or all. Raises UsageError for a process that neither runs nor is in slim.toml."""
    check(process, plan, (process_of(plan.app, pod) for pod in found))
    return [pod for pod in found if process in {"", process_of(plan.app, pod)}]


def check(process: str, plan: WorkloadPlan, running: Iterable[str] = ()) -> None:
    """Raises UsageError for a process that neither runs nor is in slim.toml."""
    migration = (plan.migration,) if plan.migration else ()
    names = dict.fromkeys((plan.app, *(each.process for each in (*plan.processes, *migration)), *running))
    if process and process not in names:
        raise UsageError(f"{plan.app} has no process {process}", hint=f"--process takes: {', '.join(names)}")


def nothing_runs(plan: WorkloadPlan, what: str) -> UsageError:
    """The error when there is nothing to restart."""
    if plan.kind != "service":
        hint = "slimdeploy up runs a new version; slimdeploy run runs it here, once more"
        return UsageError(f"{plan.app} ends by itself: there is nothing to restart", hint=hint)
    return UsageError(what, hint="slimdeploy up deploys it")


def behind(found: Sequence[Pod], port: int, app: str) -> list[Pod]:
    """Those that listen on this port: they say so, or else the app's own."""
    declared = [pod for pod in found if port in _ports(pod)]
    return declared or [pod for pod in found if process_of(app, pod) == app] or list(found)


def _ports(pod: Pod) -> set[int]:
    return {port["containerPort"] for each in pod["spec"]["containers"] for port in each.get("ports") or ()}
