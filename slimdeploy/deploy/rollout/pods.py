"""A pod's status read: which of its containers is in trouble, how it ended, and all of it in a few words. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

Pod = Mapping[str, Any]
Container = Mapping[str, Any]
LONGEST = 240
DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}")
PULLING = re.compile(r'^.*failed to (?:pull and unpack image|resolve reference) "[^"]+": (?=.)')
SIGNALS = {132: "SIGILL", 134: "SIGABRT", 135: "SIGBUS", 137: "SIGKILL", 139: "SIGSEGV", 143: "SIGTERM"}
"""Exit codes that stand for a signal: 128 and its number."""


def name_of(pod: Pod) -> str:
    """The pod's name."""
    return str(pod["metadata"]["name"])


def condition(thing: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    """One of the conditions in the status of a pod or a workload; empty if it is not there."""
    conditions = thing.get("status", {}).get("conditions") or ()
    return next((each for each in conditions if each["type"] == kind), {})


def is_ready(pod: Pod) -> bool:
    """Whether the pod serves, and is not on its way out."""
    return condition(pod, "Ready").get("status") == "True" and "deletionTimestamp" not in pod["metadata"]


def statuses(pod: Pod) -> Iterator[Container]:
    """The status of each container, in the order in which they start."""
    status = pod.get("status", {})
    yield from (each for each in status.get("initContainerStatuses") or () if not _is_over(each))
    yield from status.get("containerStatuses") or ()


def container(pod: Pod) -> Container:
    """The status of the container that matters: the first that is not ready, or else the first."""
    found = list(statuses(pod))
    return next((each for each in found if not each.get("ready")), found[0] if found else {})


def restarts(pod: Pod) -> int:
    """How often its containers were started again."""
    return sum(int(each.get("restartCount", 0)) for each in statuses(pod))


def ended(status: Container) -> Mapping[str, Any]:
    """How the container ended: now, or the last time, if it waits to be started again. Empty if it did not."""
    state = status.get("state", {})
    last = status.get("lastState", {}).get("terminated") or {}
    return state.get("terminated") or (last if state.get("waiting") else {})


def ending(end: Mapping[str, Any]) -> str:
    """In words: exit code 137, OOMKilled."""
    code, reason, message = end.get("exitCode"), end.get("reason", ""), shortened(end.get("message", ""))
    signal = f" ({SIGNALS[code]})" if code in SIGNALS and reason != "OOMKilled" else ""
    said = reason not in {"", "Error", "Completed"}
    return f"exit code {code}{signal}" + (f", {reason}" if said else "") + (f": {message}" if message else "")


def pod_state(pod: Pod) -> str:
    """A pod in a few words: Running, CrashLoopBackOff, Pending (why) ..."""
    phase, status = pod.get("status", {}), container(pod)
    state, count = status.get("state", {}), restarts(pod)
    again = f", {counted(count, 'restart')}" if count else ""
    if phase.get("phase") == "Failed" and phase.get("reason"):
        return f"{phase['reason']}: {shortened(phase.get('message', ''))}"
    if waiting := state.get("waiting"):
        last = status.get("lastState", {}).get("terminated")
        return str(waiting.get("reason", "Waiting")) + (f" ({ending(last)})" if last else "") + again
    if terminated := state.get("terminated"):
        return f"ended ({ending(terminated)}){again}"
    if "running" in state:
        return ("Running" if is_ready(pod) else "Running, not ready") + again
    unscheduled = condition(pod, "PodScheduled")
    if unscheduled.get("status") == "False":
        return f"Pending: {scheduling(unscheduled.get('message', 'not scheduled'))}"
    return str(phase.get("phase", "Unknown"))


def scheduling(message: str) -> str:
    """What the scheduler says, without what it says about preemption."""
    first = message.partition(" preemption:")[0].replace("no new claims to deallocate,", "")
    return shortened(first).rstrip(" .")


def shortened(message: str) -> str:
    """One line, with short digests. The end of a long message is where the cause stands."""
    text = DIGEST.sub(r"\1...", " ".join(str(message).split()))
    return text if len(text) <= LONGEST else f"...{text[3 - LONGEST :]}"


def pull_words(message: str) -> str:
    """What the container runtime says about a pull, without the image's name three times over."""
    return shortened(PULLING.sub("", " ".join(message.split())))


def counted(number: int, what: str) -> str:
    """1 restart, 2 restarts."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _is_over(status: Container) -> bool:
    """Whether an init container has done its work."""
    return (status.get("state", {}).get("terminated") or {}).get("exitCode") == 0


def program(spec: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Our container in a pod's spec: a mesh may have put another one before it."""
    containers: list[Mapping[str, Any]] = spec["containers"]
    return next((each for each in containers if each["name"] == name), containers[0])
