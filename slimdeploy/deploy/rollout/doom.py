"""Which states are hopeless, and which only take time. Pure.

A busy node, a registry that is down, an autoscaler that is still to come: what may pass is waited for, to the deadline.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slimdeploy.deploy.rollout.observation import Seen
from slimdeploy.deploy.rollout.pods import Pod, ended, ending, name_of, pull_words, restarts, shortened, statuses
from slimdeploy.deploy.rollout.waiting import probe_of
from slimdeploy.records import frozen

PULL = frozenset({"ErrImagePull", "ImagePullBackOff"})
FINAL_PULL = re.compile(
    r"not found|manifest unknown|name unknown|denied|unauthorized|authorization failed|forbidden|no match for platform",
    re.IGNORECASE,
)
NEVER = frozenset(
    {"InvalidImageName", "ErrImageNeverPull", "CreateContainerConfigError", "CreateContainerError", "RunContainerError"}
)
NEVER_STARTS = frozenset({"StartError", "ContainerCannotRun"})
PASSES = re.compile(r"failed to sync|context deadline exceeded|is reserved for")  # a busy node: the kubelet tries again
PASSES_FOR_PODS = re.compile(
    r"failed calling webhook|error looking up service account|status unknown for quota|timed out|timeout|"
    r"connection refused|has been modified|try again|Internal error"
)
MISSING_VOLUME = re.compile(r'(configmap|secret) "[^"]+" not found|references non-existent \w+ key')
KILLED_BY_PROBE = re.compile(r"failed (startup|liveness) probe")
REJECTED_PODS = 3


@frozen
class Doom:
    """A state that will not get better by waiting. `kind` is Kubernetes' own reason where there is one.

    `ours`: it is our release that does not run. If not (somebody paused it, replaced it, deleted it), going back to the
    previous release would be wrong.
    """

    cause: str
    kind: str
    ours: bool = True


def find_doom(seen: Seen) -> Doom | None:
    """What makes waiting longer pointless, of what the controller has acted on."""
    blocked = deployment_doom(seen)
    return blocked or rejected(seen.pods) or next((doom for doom in map(pod_doom, seen.pods) if doom), None)


def deployment_doom(seen: Seen) -> Doom | None:
    """What keeps the Deployment itself from going on: paused, or its pods are refused (quota, admission)."""
    if paused := paused_doom(seen):
        return paused
    for each in (seen.replica_set or seen.deployment).get("status", {}).get("conditions") or ():
        message = each.get("message", "")
        if each["type"] == "ReplicaFailure" and each["status"] == "True" and not PASSES_FOR_PODS.search(message):
            return Doom(f"its pods are refused: {shortened(message)}", each.get("reason", "ReplicaFailure"))
    return None


def paused_doom(seen: Seen) -> Doom | None:
    """Somebody's deliberate pause: nothing goes on until that somebody ends it."""
    if not seen.deployment["spec"].get("paused"):
        return None
    who = owner_of(seen.deployment, "f:paused")
    return Doom("the Deployment is paused" + (f" by {who}" if who else ""), "Paused", ours=False)


def rejected(pods: Iterable[Pod]) -> Doom | None:
    """Pods that nodes turn away in a loop (AppArmor, evictions): the controller would make new ones for ever."""
    failed = [pod["status"] for pod in pods if pod.get("status", {}).get("phase") == "Failed"]
    for reason, count in Counter(status.get("reason", "Failed") for status in failed).items():
        if count >= REJECTED_PODS:
            message = next(each.get("message", "") for each in failed if each.get("reason", "Failed") == reason)
            return Doom(f"nodes turn its pods away, {count} so far: {reason}: {shortened(message)}", reason)
    return None


def pod_doom(pod: Pod) -> Doom | None:
    """What makes this pod hopeless. A crash counts once the restarted container has ended as well."""
    return next((doom for doom in map(container_doom, statuses(pod)) if doom), None)


def container_doom(status: Mapping[str, Any]) -> Doom | None:
    """What makes one container hopeless."""
    waiting = status.get("state", {}).get("waiting") or {}
    reason, message = waiting.get("reason", ""), waiting.get("message", "")
    if reason in PULL and FINAL_PULL.search(message):
        return Doom(f"the image cannot be pulled: {pull_words(message)}", reason)
    if reason in NEVER and not PASSES.search(message):
        return Doom(f"{reason}: {shortened(message)}", reason)
    return crash_doom(status)


def crash_doom(status: Mapping[str, Any]) -> Doom | None:
    """A program that ends, was started again, and has ended again; or one that cannot even be started."""
    end = ended(status)
    if end.get("reason") in NEVER_STARTS:
        return Doom(f"the program cannot be started: {ending(end)}", end["reason"])
    if not end or status.get("restartCount", 0) < 1:
        return None
    if end.get("exitCode") == 0:
        return Doom("the program ends by itself, each time it is started: exit code 0", "Completed")
    if end.get("reason") == "OOMKilled":
        return Doom(f"the program needs more memory than it may use: {ending(end)}", "OOMKilled")
    return Doom(f"the program ends again and again: {ending(end)}", end.get("reason", "Error"))


def event_doom(pod: Pod, events: Sequence[Mapping[str, Any]]) -> Doom | None:
    """What only the pod's events tell: a probe that has it killed, a volume that cannot be there."""
    for event in events:
        reason, message = event.get("reason"), event.get("message", "")
        if reason == "FailedMount" and MISSING_VOLUME.search(message) and event.get("count", 1) > 1:
            return Doom(f"a volume cannot be mounted: {shortened(message)}", "FailedMount")
        if reason == "Killing" and (killed := KILLED_BY_PROBE.search(message)) and restarts(pod):
            found = probe_of(pod, events)
            cause = f"the kubelet ends {name_of(pod)} since its {killed[1]} probe fails"
            return Doom(cause + (f": {found}" if found else ""), "ProbeFailed")
    return None


def owner_of(stored: Mapping[str, Any], field: str) -> str:
    """The manager that set a field of the spec; empty if that cannot be seen."""
    for entry in stored["metadata"].get("managedFields", ()):
        if field in (entry.get("fieldsV1", {}).get("f:spec") or {}):
            return str(entry["manager"])
    return ""
