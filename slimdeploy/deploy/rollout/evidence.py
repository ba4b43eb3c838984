"""What the cluster still holds about a failure: events, and the last things that the program printed. Bounded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from slimdeploy.deploy.rollout.panics import excerpt
from slimdeploy.deploy.rollout.pods import Pod, container, name_of, pod_state, pull_words
from slimdeploy.tools.kube import Kube

LOG_LINES = 10
LONGEST_LINE = 400
FETCHED_LINES = 2000
"""A deadlock prints every goroutine: the line that says so is far from the end."""
POD_LINES = 4
EVENT_LINES = 3
NOISE = frozenset({"BackOff", "MissingClusterDNS"})  # follows from the rest, or is the cluster's own affair
REPEATED = re.compile(r"^Error: \w+$")
NO_LOG = "unable to retrieve container logs"


def events_of(pod: Pod, kube: Kube) -> tuple[Mapping[str, Any], ...]:
    """The events about a pod, the newest last."""
    metadata = pod["metadata"]
    return tuple(sorted(kube.events(metadata["namespace"], metadata["name"]), key=_time))


def event_lines(events: Iterable[Mapping[str, Any]], cause: str = "", *, probes: bool) -> list[str]:
    """The last warnings, each once, without what the cause says; failed probes only where they are the cause."""
    noise = NOISE if probes else NOISE | {"Unhealthy"}
    telling = [event for event in events if _tells(event) and event.get("reason") not in noise]
    said = {event.get("reason"): pull_words(event.get("message", "")) for event in telling}
    lines = [
        f"{reason}: {text}"
        for reason, text in said.items()
        if not REPEATED.match(text) and (not text or text not in cause)
    ]
    return lines[-EVENT_LINES:]


def pod_lines(pods: Sequence[Pod]) -> list[str]:
    """The state of each pod; of many in the same state, the first one's name."""
    groups: dict[str, list[str]] = {}
    for pod in pods:
        groups.setdefault(pod_state(pod), []).append(name_of(pod))
    lines = [f"{_names(names)}: {state}" for state, names in groups.items()]
    more = len(lines) - POD_LINES
    return [*lines[:POD_LINES], *([f"and {more} more states"] if more > 0 else [])]


def log_of(pod: Pod, kube: Kube) -> list[str]:
    """All that is fetched of what the program printed: of the run that ended, if the present one has said nothing."""
    metadata, status = pod["metadata"], container(pod)
    for previous in (False, True) if status.get("restartCount") else (False,):
        text = kube.logs(
            metadata["namespace"],
            metadata["name"],
            previous=previous,
            tail=FETCHED_LINES,
            container=status.get("name", ""),
        )
        lines = text.splitlines()
        if lines and not lines[-1].startswith(NO_LOG):
            return lines
    return []


def log_lines(pod: Pod, lines: Sequence[str]) -> list[str]:
    """The part of a log that is shown, with a heading."""
    if not lines:
        return [f"{name_of(pod)} has printed nothing"] if container(pod).get("containerID") else []
    shown = [line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}..." for line in excerpt(lines, LOG_LINES)]
    return [f"last lines of {name_of(pod)}:", *(f"  {line}" for line in shown)]


def _names(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"


def _tells(event: Mapping[str, Any]) -> bool:
    return event.get("type") == "Warning" or (event.get("reason") == "Killing" and "probe" in event.get("message", ""))


def _time(event: Mapping[str, Any]) -> str:
    series = event.get("series") or {}
    return str(series.get("lastObservedTime") or event.get("lastTimestamp") or event.get("eventTime") or "")
