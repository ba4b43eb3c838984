"""What runs in the cluster: asked for by `status`, `logs` and the others; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.deploy.destination import Instance, Latest, Status
from slimdeploy.deploy.releasing import history
from slimdeploy.deploy.rollout import evidence
from slimdeploy.deploy.rollout import pods as reading
from slimdeploy.deploy.rollout.observation import look
from slimdeploy.errors import NotAllowed, UsageError
from slimdeploy.manifests.labels import labels, selector
from slimdeploy.tools.kube import Kube

PART_OF = "app.kubernetes.io/part-of"
Pod = Mapping[str, Any]


def status(app: str, target: ClusterTarget, kube: Kube) -> Status:
    """The Deployment, its pods, its newest release, and the last warnings about what does not serve."""
    seen = look(ObjectRef("Deployment", app, target.namespace), kube)
    where = f"{target.context}/{target.namespace}"
    found, latest = pods(app, kube), newest(app, kube)
    instances = tuple(_instance(pod) for pod in found)
    if seen is None:
        lacking = () if instances or (said := absence(kube)) is None else (said,)
        return Status(app, where, "", 0, instances, release=latest, warnings=lacking)
    image = seen.deployment["spec"]["template"]["spec"]["containers"][0]["image"]
    wanted = sum(each["spec"].get("replicas", 1) for each in deployments(app, kube)) or seen.wanted
    return Status(app, where, image, wanted, instances, release=latest, warnings=warnings(found, kube))


def pods(app: str, kube: Kube) -> list[Pod]:
    """All pods of the app, those of its further processes, too."""
    namespace = kube.target.namespace
    found = {
        pod["metadata"]["uid"]: pod
        for wanted in (selector(app), {PART_OF: app})
        for pod in kube.pods(namespace, wanted)
    }
    return sorted(found.values(), key=reading.name_of)


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


def deployments(app: str, kube: Kube) -> tuple[dict[str, Any], ...]:
    """The Deployments that `up` made."""
    return kube.listed("Deployment", kube.target.namespace, labels(app))


def deployment_refs(app: str, kube: Kube) -> list[ObjectRef]:
    """Their names."""
    return [ObjectRef("Deployment", each["metadata"]["name"], kube.target.namespace) for each in deployments(app, kube)]


def newest(app: str, kube: Kube) -> Latest | None:
    """The newest release in the history; None when there is none, or we may not read it."""
    try:
        records = history.known(app, kube)
    except NotAllowed:
        return None
    if not records:
        return None
    record = records[0]
    return Latest(record.number, str(record.outcome), record.facts.when, record.facts.who)


def warnings(found: list[Pod], kube: Kube) -> tuple[str, ...]:
    """The last warnings about pods that do not serve, each once."""
    failing = [pod for pod in found if not reading.is_ready(pod) and "deletionTimestamp" not in pod["metadata"]]
    lines = [line for pod in failing[:3] for line in evidence.event_lines(evidence.events_of(pod, kube), probes=True)]
    return tuple(dict.fromkeys(lines))


def _instance(pod: Pod) -> Instance:
    state = "Terminating" if "deletionTimestamp" in pod["metadata"] else reading.pod_state(pod)
    return Instance(
        name=reading.name_of(pod),
        state=state,
        ready=reading.is_ready(pod),
        restarts=reading.restarts(pod),
        image=pod["spec"]["containers"][0]["image"],
        started=str(pod.get("status", {}).get("startTime") or pod["metadata"].get("creationTimestamp", "")),
        node=str(pod["spec"].get("nodeName", "")),
    )
