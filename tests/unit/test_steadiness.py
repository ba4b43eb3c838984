"""How long a ready pod has to hold before it counts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from slimdeploy.deploy.rollout.steadiness import MOST_SECONDS, UNPROBED_SECONDS, Steadiness, needed


def pod(*, probed: bool = True, age: float = 0.0, last: float | None = None) -> dict[str, Any]:
    """A pod that has run for `age` seconds, after a run of `last` seconds that ended."""
    status: dict[str, Any] = {"state": {"running": {"startedAt": moment(age)}}, "ready": True}
    if last is not None:
        ended = {"startedAt": moment(age + last), "finishedAt": moment(age), "exitCode": 1}
        status |= {"restartCount": 1, "lastState": {"terminated": ended}}
    container = {"name": "hello"} | ({"readinessProbe": {}} if probed else {})
    return {
        "metadata": {"name": "hello-1"},
        "spec": {"containers": [container]},
        "status": {"containerStatuses": [status]},
    }


def moment(ago: float) -> str:
    return (datetime.now(UTC) - timedelta(seconds=ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("seen", "seconds"),
    [
        (pod(), 0.0),
        (pod(probed=False), UNPROBED_SECONDS),
        (pod(last=3), 5.0),
        (pod(probed=False, last=3), 5.0),
        (pod(last=3600), MOST_SECONDS),
    ],
)
def test_needed(seen: dict[str, Any], seconds: float) -> None:
    assert needed(seen) == seconds


@pytest.mark.parametrize("seen", [pod(), pod(probed=False, age=60), pod(last=3, age=60), pod(last=3600, age=60)])
def test_what_has_run_for_long_is_not_watched(seen: dict[str, Any]) -> None:
    assert Steadiness().unsteady([seen], datetime.now(UTC)) == ""


@pytest.mark.parametrize(
    "about", [{"probed": False}, {"probed": False, "age": 9}, {"last": 3}, {"last": 3600, "age": 1}]
)
def test_what_may_end_soon_is_watched(about: dict[str, Any]) -> None:
    seen = pod(**about)
    assert "hello-1: ready, watched for" in Steadiness().unsteady([pod(), seen], datetime.now(UTC))


def test_a_node_whose_clock_is_ahead_does_not_make_it_wait_for_ever() -> None:
    memory, ahead = Steadiness(), pod(probed=False, age=-3600)
    assert memory.unsteady([ahead], datetime.now(UTC))
    memory._first = {key: value - 10 for key, value in memory._first.items()}
    assert memory.unsteady([ahead], datetime.now(UTC)) == ""
