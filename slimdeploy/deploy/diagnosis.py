"""Why pods do not run, in words that a person can act on, translated for an image that holds only the program."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from slimdeploy.tools.kube import Kube

LOG_LINES = 10
NEVER = frozenset(
    {"InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError", "RunContainerError"}
)
PULL = frozenset({"ErrImagePull", "ImagePullBackOff"})
FINAL_PULL = re.compile(
    r"not found|manifest unknown|name unknown|denied|unauthorized|authorization failed|forbidden|no match for platform",
    re.IGNORECASE,
)
PASSES = re.compile(r"failed to sync|context deadline exceeded|is reserved for")  # a busy node: the kubelet tries again
NOISE = frozenset({"BackOff", "MissingClusterDNS"})  # follows from the rest, or is the cluster's own affair
ADVICE = (
    (re.compile(r"exec format error"), "the image is for another architecture than the node: see build.platforms"),
    (
        re.compile(r"exec .*no such file or directory"),
        "the loader is missing: the binary is dynamic, a scratch image has none",
    ),
    (
        re.compile(r"x509: certificate signed by unknown authority"),
        'no CA certificates in the image: image.ca = "system"',
    ),
    (re.compile(r"OOMKilled"), "it needs more memory than its limit: raise deploy.resources.memory"),
    (re.compile(r"read-only file system"), "only /tmp is writable: write there"),
    (re.compile(r"bind: permission denied"), "ports below 1024 need a capability: listen on 8080"),
    (
        re.compile(r"image cannot be pulled: .*(not found|manifest unknown|name unknown)"),
        "is the image in that registry, under the name that the nodes use?",
    ),
    (
        re.compile(r"image cannot be pulled: .*(unauthorized|denied|forbidden)", re.IGNORECASE),
        "the nodes may not pull from this registry",
    ),
    (re.compile(r"exceeded quota"), "ask for more quota, or ask for less in deploy.resources"),
    (
        re.compile(r"not ready after"),
        "is app.health the path that the program answers, and app.port the port it listens on?",
    ),
)


@dataclass(frozen=True)
class Doom:
    """A state that will not get better by waiting. `kind` is Kubernetes' own reason where there is one."""

    cause: str
    kind: str


def deployment_doom(deployment: Mapping[str, Any]) -> Doom | None:
    """What keeps the Deployment itself from going on: paused, or its pods are refused (quota, admission)."""
    if deployment["spec"].get("paused"):
        return Doom("the Deployment is paused", "Paused")
    for condition in deployment.get("status", {}).get("conditions", ()):
        if condition["type"] == "ReplicaFailure" and condition["status"] == "True":
            return Doom(
                f"its pods are refused: {condition.get('message', '')}", condition.get("reason", "ReplicaFailure")
            )
    return None


def pod_doom(pod: Mapping[str, Any]) -> Doom | None:
    """What makes this pod hopeless. A crash counts once the restarted container has ended as well."""
    status = _container(pod)
    waiting = status.get("state", {}).get("waiting") or {}
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    if reason in PULL and FINAL_PULL.search(message):
        return Doom(f"the image cannot be pulled: {_short(message)}", reason)
    if reason in NEVER and not PASSES.search(message):
        return Doom(f"{reason}: {_short(message)}", reason)
    ended = status.get("state", {}).get("terminated") or (reason and status.get("lastState", {}).get("terminated"))
    if status.get("restartCount", 0) >= 1 and ended:
        return Doom(f"the program ends again and again: {_ending(ended)}", ended.get("reason", "Error"))
    return None


def pod_state(pod: Mapping[str, Any]) -> str:
    """A pod in a few words: Running, CrashLoopBackOff, Pending (why) ..."""
    status = _container(pod)
    state = status.get("state", {})
    restarts = f", {status['restartCount']} restarts" if status.get("restartCount") else ""
    if waiting := state.get("waiting"):
        ended = status.get("lastState", {}).get("terminated")
        return str(waiting.get("reason", "Waiting")) + (f" ({_ending(ended)})" if ended else "") + restarts
    if ended := state.get("terminated"):
        return f"ended ({_ending(ended)}){restarts}"
    if "running" in state:
        return ("Running" if is_ready(pod) else "Running, not ready") + restarts
    unscheduled = _condition(pod, "PodScheduled")
    if unscheduled.get("status") == "False":
        return f"Pending: {unscheduled.get('message', 'not scheduled')}"
    return str(pod.get("status", {}).get("phase", "Unknown"))


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Whether the pod serves, and is not on its way out."""
    return _condition(pod, "Ready").get("status") == "True" and "deletionTimestamp" not in pod["metadata"]


def event_lines(events: Iterable[Mapping[str, Any]], *, probes: bool) -> list[str]:
    """The last warnings, each once; what failed probes say only where they are the cause."""
    noise = NOISE if probes else NOISE | {"Unhealthy"}
    telling = (event for event in events if event.get("type") == "Warning" and event.get("reason") not in noise)
    return list(dict.fromkeys(f"{event.get('reason')}: {_short(event.get('message', ''))}" for event in telling))[-3:]


def last_lines(pod: Mapping[str, Any], kube: Kube) -> list[str]:
    """The last lines that the program printed: of the run that ended, if the present one has said nothing."""
    metadata = pod["metadata"]
    for previous in (False, True) if _container(pod).get("restartCount") else (False,):
        lines = kube.logs(metadata["namespace"], metadata["name"], previous=previous, tail=LOG_LINES).splitlines()
        if lines and not lines[-1].startswith("unable to retrieve container logs"):
            return lines
    return []


def advice(cause: str, evidence: Sequence[str], log: Sequence[str]) -> str:
    """What to do next, by what is seen in the cause, the pods' states and the log."""
    text = "\n".join((cause, *evidence, *log))
    return next((advice for pattern, advice in ADVICE if pattern.search(text)), "slimdeploy logs shows more")


def _container(pod: Mapping[str, Any]) -> Mapping[str, Any]:
    statuses = pod.get("status", {}).get("containerStatuses") or [{}]
    first: Mapping[str, Any] = statuses[0]
    return first


def _condition(pod: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    conditions = pod.get("status", {}).get("conditions") or ()
    return next((each for each in conditions if each["type"] == kind), {})


def _ending(ended: Mapping[str, Any]) -> str:
    code, reason, message = ended.get("exitCode"), ended.get("reason", ""), _short(ended.get("message", ""))
    return (
        f"exit code {code}"
        + (f", {reason}" if reason not in {"", "Error"} else "")
        + (f": {message}" if message else "")
    )


def _short(message: str) -> str:
    """The end of a long message is where the cause stands."""
    text = " ".join(message.split())
    return text if len(text) <= 240 else f"...{text[-237:]}"
