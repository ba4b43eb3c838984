"""What a rollout waits for, in one line: the state of its pods, with what only their events tell. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from slimdeploy.deploy.rollout.observation import Seen
from slimdeploy.deploy.rollout.pods import Pod, container, name_of, pod_state, pull_words, shortened

Event = Mapping[str, Any]
BLOCKS_START = frozenset({"FailedCreatePodSandBox", "FailedMount", "FailedAttachVolume", "FailedScheduling"})
STATUS_CODE = re.compile(r"statuscode: (\d+)")
ADDRESS = re.compile(r"(?:https?://|dial tcp )\[?[0-9a-fA-F.:]+?\]?:(\d+)(/[^\s\"]*)?")
SLOW = re.compile(r"context deadline exceeded|Client\.Timeout|i/o timeout")


def describe(seen: Seen, events: Sequence[Event] = ()) -> str:
    """How far it is, and what the suspect waits for."""
    pod = seen.suspect
    waiting = f", {name_of(pod)}: {why(pod, events)}" if pod else "" if seen.pods or not seen.wanted else ", no pod yet"
    return f"{seen.ready}/{seen.wanted} ready{waiting}"


def why(pod: Pod, events: Sequence[Event]) -> str:
    """Why this pod does not serve yet."""
    state = pod_state(pod)
    if state.startswith("Running, not ready") and (probed := probe_of(pod, events)):
        return f"{state}: {probed}"
    if state in {"ContainerCreating", "PodInitializing", "Pending"}:
        return _starting(state, events)
    if container(pod).get("state", {}).get("waiting", {}).get("reason") in {"ErrImagePull", "ImagePullBackOff"}:
        return f"{state}: {pull_words(container(pod)['state']['waiting'].get('message', ''))}"
    return state


def probe_of(pod: Pod, events: Sequence[Event]) -> str:
    """What the last failed probe found; empty if none failed."""
    failed = last_of(events, "Unhealthy")
    return probe_words(failed.get("message", ""), pod) if failed else ""


def probe_words(message: str, pod: Pod) -> str:
    """What a failed probe found, from the kubelet's own text (pkg/probe)."""
    where = ADDRESS.search(message)
    port, path = (where[1], where[2] or "") if where else ("", "")
    if status := STATUS_CODE.search(message):
        return f"{probed_path(pod)} answers {status[1]}"
    if "connection refused" in message:
        return f"nothing listens on port {port} of the pod's address (connection refused)"
    if SLOW.search(message):
        return f"no answer{f' from {path}' if path else ''} in time"
    return shortened(message.partition("probe failed: ")[2] or message)


def probed_path(pod: Pod) -> str:
    """The path that readiness is asked at; empty when it is not asked by http."""
    spec: list[dict[str, Any]] = pod.get("spec", {}).get("containers") or [{}]
    probe: dict[str, Any] = next((each["readinessProbe"] for each in spec if "readinessProbe" in each), {})
    return str(probe.get("httpGet", {}).get("path", ""))


def last_of(events: Sequence[Event], reason: str) -> Event:
    """The newest event with this reason; empty if there is none."""
    return next((event for event in reversed(events) if event.get("reason") == reason), {})


def _starting(state: str, events: Sequence[Event]) -> str:
    newest = events[-1] if events else {}
    if newest.get("reason") == "Pulling":
        return "pulling the image"
    blocked = next((event for event in reversed(events) if event.get("reason") in BLOCKS_START), None)
    return f"{state}: {blocked['reason']}: {shortened(blocked.get('message', ''))}" if blocked else state
