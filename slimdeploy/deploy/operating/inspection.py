"""What runs in the cluster: asked for by `status`, `logs` and the others; nothing is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.release import Record
from slimdeploy.artifacts.status import Drift, Instance, Latest, Process, Status
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deploy.comparing import adoption
from slimdeploy.deploy.operating import choosing, drift, ending
from slimdeploy.deploy.releasing import history
from slimdeploy.deploy.rollout import evidence
from slimdeploy.deploy.rollout import pods as reading
from slimdeploy.errors import NotAllowed, UsageError
from slimdeploy.manifests.labels import PROCESS, labels, selector
from slimdeploy.tools.kube import Kube

PART_OF = "app.kubernetes.io/part-of"
Pod = Mapping[str, Any]


def status(plan: WorkloadPlan, kube: Kube) -> Status:
    """What the app consists of and how it is, its newest release, and the last warnings about what does not serve."""
    app, found = plan.app, pods(plan.app, kube)
    records, drifted = _released(app, kube)
    good = drift.last_good(records)
    kinds = kinds_of(plan, (*records[:1], *([good] if good else [])))
    ended = ending.look(app, kinds, found, kube)
    there = deployments(app, kube) if "Deployment" in kinds else ()
    serving = [pod for pod in found if not ending.job_of(pod)]
    return Status(
        app,
        f"{kube.target.context}/{kube.target.namespace}",
        _image(app, there) or ended.image,
        sum(int(each["spec"].get("replicas", 1)) for each in there),
        tuple(_instance(app, pod) for pod in serving),
        release=_latest(records),
        warnings=(*_lacking(there, found, kube), *ended.warnings, *warnings(found, kube)),
        kind="service" if there else ended.kind or plan.kind,
        delivered=good.facts.image if good else "",
        processes=_processes(app, there, serving),
        runs=ended.runs,
        schedule=ended.schedule,
        drift=drifted,
    )


def kinds_of(plan: WorkloadPlan, records: Iterable[Record]) -> frozenset[str]:
    """The kinds of workloads that there can be now: others are not asked for, as that may not be allowed."""
    kind = {"service": "Deployment", "job": "Job", "cron": "CronJob"}[plan.kind]
    named = {name for each in records for name in each.facts.kinds}
    return frozenset({kind, *named, *(["Job"] if plan.migration else [])})


def pods(app: str, kube: Kube) -> list[Pod]:
    """All pods of the app, those of its further processes, too."""
    namespace = kube.target.namespace
    found = {
        pod["metadata"]["uid"]: pod
        for wanted in (selector(app), {PART_OF: app})
        for pod in kube.pods(namespace, wanted)
    }
    return sorted(found.values(), key=lambda pod: (choosing.process_of(app, pod) != app, reading.name_of(pod)))


def _lacking(there: Sequence[Mapping[str, Any]], found: Sequence[Pod], kube: Kube) -> tuple[str, ...]:
    """Why there is nothing at all, if we know it."""
    said = None if there or found else absence(kube)
    return (said,) if said else ()


def absence(kube: Kube) -> str | None:
    """That the namespace does not exist, if that is so and we may know it."""
    with suppress(NotAllowed):
        if kube.get(ObjectRef("Namespace", kube.target.namespace, "")) is None:
            return f"namespace {kube.target.namespace} does not exist on {kube.server}"
    return None


def not_deployed(app: str, kube: Kube) -> UsageError:
    """For verbs that need something that runs."""
    said = absence(kube)
    return UsageError(said or f"{app} is not deployed in {kube.target.namespace}", hint="slimdeploy up deploys it")


def expectation(app: str, kube: Kube) -> str:
    """Why nothing can be reached now; empty if it can. Raises UsageError when it is not deployed."""
    made, found = deployments(app, kube), pods(app, kube)
    if not made and not found:
        raise not_deployed(app, kube)
    if any(map(reading.is_ready, found)):
        return ""
    idle = not found and not any(each["spec"].get("replicas", 1) for each in made)
    return f"{app} is scaled to zero: nothing serves" if idle else f"no copy of {app} is ready yet"


def deployments(app: str, kube: Kube) -> list[dict[str, Any]]:
    """The Deployments that `up` made, the app's own first: also if somebody took that one's labels away."""
    found = list(kube.listed("Deployment", kube.target.namespace, labels(app)))
    if all(each["metadata"]["name"] != app for each in found):
        own = kube.get(ObjectRef("Deployment", app, kube.target.namespace))
        found += [own] if own and not adoption.maker(own, app) else []
    return sorted(found, key=lambda each: (each["metadata"]["name"] != app, each["metadata"]["name"]))


def process_name(app: str, deployment: Mapping[str, Any]) -> str:
    """What --process calls it."""
    return str((deployment["metadata"].get("labels") or {}).get(PROCESS, app))


def warnings(found: Iterable[Pod], kube: Kube) -> tuple[str, ...]:
    """The last warnings about pods that do not serve, each once."""
    failing = [pod for pod in found if not reading.is_ready(pod) and "deletionTimestamp" not in pod["metadata"]]
    failing = [pod for pod in failing if pod.get("status", {}).get("phase") != "Succeeded"]
    lines = [line for pod in failing[:3] for line in evidence.event_lines(evidence.events_of(pod, kube), probes=True)]
    return tuple(dict.fromkeys(lines))


def _released(app: str, kube: Kube) -> tuple[tuple[Record, ...], Drift | None]:
    """The history, and what is not any more as it says."""
    try:
        records = history.known(app, kube)
    except NotAllowed as error:
        return (), Drift(0, unchecked=error.what)
    return records, drift.drift(app, records, kube)


def _latest(records: tuple[Record, ...]) -> Latest | None:
    if not records:
        return None
    record = records[0]
    return Latest(record.number, str(record.outcome), record.facts.when, record.facts.who)


def _image(app: str, there: Iterable[Mapping[str, Any]]) -> str:
    """What the app's own Deployment runs, or else the first one."""
    return next((str(reading.program(each["spec"]["template"]["spec"], app)["image"]) for each in there), "")


def _processes(app: str, there: Iterable[Mapping[str, Any]], serving: Iterable[Pod]) -> tuple[Process, ...]:
    ready = [choosing.process_of(app, pod) for pod in serving if reading.is_ready(pod)]
    wanted = {process_name(app, each): int(each["spec"].get("replicas", 1)) for each in there}
    return tuple(Process(name, count, ready.count(name)) for name, count in wanted.items())


def _instance(app: str, pod: Pod) -> Instance:
    state = "Terminating" if "deletionTimestamp" in pod["metadata"] else reading.pod_state(pod)
    return Instance(
        name=reading.name_of(pod),
        state=state,
        ready=reading.is_ready(pod),
        restarts=reading.restarts(pod),
        image=str(reading.program(pod["spec"], choosing.label_of(pod))["image"]),
        started=str(pod.get("status", {}).get("startTime") or pod["metadata"].get("creationTimestamp", "")),
        node=str(pod["spec"].get("nodeName", "")),
        process=choosing.process_of(app, pod),
    )
