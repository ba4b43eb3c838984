"""Programs that end, as `status` shows them: each run that the cluster still knows, and the clock that starts them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.status import Run, Schedule
from slimdeploy.config.cron_times import next_time
from slimdeploy.deploy.releasing.jobs import failed, succeeded
from slimdeploy.deploy.rollout import pods as reading
from slimdeploy.errors import NotAllowed
from slimdeploy.manifests.labels import MANAGED_BY, MANAGER, PROCESS, labels
from slimdeploy.records import frozen
from slimdeploy.tools.kube import Kube

SHOWN = 6
"""Runs, the newest first. A CronJob keeps three that succeeded, and three that failed."""
Object = Mapping[str, Any]


@frozen
class Ending:
    """What there is of programs that end. `kind` is job or cron, empty if the app itself is none."""

    runs: tuple[Run, ...] = ()
    schedule: Schedule | None = None
    image: str = ""
    kind: str = ""
    warnings: tuple[str, ...] = ()


def look(app: str, kinds: Collection[str], pods: Iterable[Object], kube: Kube) -> Ending:
    """The app's CronJob and Jobs, as far as it can have any."""
    clock = kube.get(ObjectRef("CronJob", app, kube.target.namespace)) if "CronJob" in kinds else None
    if clock and (clock["metadata"].get("labels") or {}).get(MANAGED_BY) != MANAGER:
        clock = None
    if clock is None and "Job" not in kinds:
        return Ending()
    warned: tuple[str, ...] = ()
    try:
        jobs = _jobs(app, clock, kube)
    except NotAllowed as error:
        jobs, warned = [], (f"its runs are not shown: {error.what}",)
    runs = tuple(_run(job, pods) for job in jobs)
    own = next((job for job in jobs if PROCESS not in (job["metadata"].get("labels") or {})), None)
    template = clock["spec"]["jobTemplate"]["spec"] if clock else own["spec"] if own else None
    image = str(reading.program(template["template"]["spec"], app)["image"]) if template else ""
    kind = "cron" if clock else "job" if own else ""
    return Ending(runs, _schedule(clock) if clock else None, image, kind, warned)


def job_of(pod: Object) -> str:
    """The name of the Job that a pod belongs to; empty for one that runs for good."""
    owners = pod["metadata"].get("ownerReferences") or ()
    return next((str(each["name"]) for each in owners if each["kind"] == "Job"), "")


def _jobs(app: str, clock: Object | None, kube: Kube) -> list[Object]:
    """Those that `up` made, and those that the clock, or somebody at its template, started; the newest first."""
    marks, uid = labels(app).items(), clock["metadata"]["uid"] if clock else ""
    there: tuple[Object, ...] = kube.listed("Job", kube.target.namespace, {} if clock else labels(app))
    ours = [
        job
        for job in there
        if marks <= (job["metadata"].get("labels") or {}).items()
        or any(each["uid"] == uid for each in job["metadata"].get("ownerReferences") or ())
    ]
    return sorted(ours, key=lambda job: str(job["metadata"]["creationTimestamp"]), reverse=True)[:SHOWN]


def _run(job: Object, pods: Iterable[Object]) -> Run:
    name, status = str(job["metadata"]["name"]), job.get("status", {})
    own = sorted(
        (pod for pod in pods if job_of(pod) == name), key=lambda pod: str(pod["metadata"]["creationTimestamp"])
    )
    outcome = _outcome(job)
    over: Object = next((each for each in status.get("conditions") or () if each["type"] in {"Complete", "Failed"}), {})
    return Run(
        name,
        outcome,
        _why(job, outcome, own),
        str(status.get("startTime", "")),
        str(status.get("completionTime") or over.get("lastTransitionTime", "")),
        int(status.get("active", 0)),
        str((job["metadata"].get("labels") or {}).get(PROCESS, "")),
    )


def _outcome(job: Object) -> str:
    if succeeded(job):
        return "succeeded"
    if failed(job):
        return "failed"
    if job["spec"].get("suspend"):
        return "suspended"
    return "running" if job.get("status", {}).get("active") else "waiting"


def _why(job: Object, outcome: str, own: list[Object]) -> str:
    """What a person wants to know beyond the outcome: how it failed, or what its pod waits for."""
    if outcome == "succeeded":
        return ""
    reason = failed(job).partition(":")[0]
    state = reading.pod_state(own[-1]) if own else ""
    attempts = int(job.get("status", {}).get("failed", 0))
    tried = reading.counted(attempts, "failed try").replace("trys", "tries") if attempts and outcome != "failed" else ""
    return "; ".join(each for each in (reason, "" if state == "Running" else state, tried) if each)


def _schedule(clock: Object) -> Schedule:
    spec, status = clock["spec"], clock.get("status", {})
    zone, suspended = str(spec.get("timeZone") or ""), bool(spec.get("suspend"))
    where = _zone(zone)
    coming = next_time(spec["schedule"], where, datetime.now(UTC)) if where and not suspended else None
    return Schedule(
        spec["schedule"],
        zone,
        suspended,
        coming.strftime("%Y-%m-%dT%H:%M:%SZ") if coming else "",
        str(status.get("lastScheduleTime") or ""),
        str(status.get("lastSuccessfulTime") or ""),
    )


def _zone(name: str) -> ZoneInfo | None:
    """Without a name it is the controller's own zone: UTC, mostly. None for one that this machine does not know."""
    try:
        return ZoneInfo(name or "UTC")
    except (KeyError, ValueError):
        return None
