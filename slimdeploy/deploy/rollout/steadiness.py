"""How long a ready pod has to hold before it counts. Pure, but for a memory of what was seen when.

With a probe, ready is the program's own word, and how long it has to hold is the Deployment's minReadySeconds. Without
one, ready only means that it was started: so it is watched for 3 s, in which a crash is seen (the kubelet looks each
second). A program that was started again has to outlive its former life: it may be about to end the same way.

What counts is how long we have seen it, not its age: on a busy node its status is seconds late. Only what is old enough
for any lateness is not watched, so that an unchanged `up` waits for nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import ceil
from typing import Any

from slimdeploy.deploy.rollout.pods import Pod, container, name_of

UNPROBED_SECONDS = 3.0
MORE_THAN_LAST_TIME = 2.0
MOST_SECONDS = 15.0
OLD_SECONDS = 30.0


class Steadiness:
    """Since when each run of each program has been seen."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], float] = {}

    def unsteady(self, pods: Iterable[Pod], now: datetime) -> str:
        """Which pod is watched for a moment more, in words; empty when all hold. `now` by the server's clock."""
        left = {name_of(pod): needed(pod) - self._seen(pod, now) for pod in pods}
        name, seconds = max(left.items(), key=lambda item: item[1], default=("", 0.0))
        return f"{name}: ready, watched for {ceil(seconds)} s" if seconds > 0 else ""

    def _seen(self, pod: Pod, now: datetime) -> float:
        """Seconds for which this run has been seen; of an old one, its age."""
        started = str(_running(container(pod)).get("startedAt", ""))
        first = self._first.setdefault((name_of(pod), started), time.monotonic())
        age = (now - _moment(started)).total_seconds() if started else 0.0
        return age if age > OLD_SECONDS else time.monotonic() - first


def needed(pod: Pod) -> float:
    """Seconds that the present run of a pod's program has to last."""
    status = container(pod)
    last = status.get("lastState", {}).get("terminated") or {}
    if status.get("restartCount") and last.get("startedAt") and last.get("finishedAt"):
        life = (_moment(last["finishedAt"]) - _moment(last["startedAt"])).total_seconds()
        return min(MOST_SECONDS, life + MORE_THAN_LAST_TIME)
    return 0.0 if _is_probed(pod) else UNPROBED_SECONDS


def _is_probed(pod: Pod) -> bool:
    containers: list[dict[str, Any]] = pod.get("spec", {}).get("containers") or []
    return any("readinessProbe" in each for each in containers)


def _running(status: Mapping[str, Any]) -> Mapping[str, Any]:
    return status.get("state", {}).get("running") or {}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
