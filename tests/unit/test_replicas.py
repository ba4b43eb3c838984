"""Who says how many copies there are."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from slimdeploy.deploy.comparing.replicas import handed_over, least_of
from slimdeploy.manifests.render import render
from tests.unit.samples import IMAGE, workload

FIXED: Any = render(workload(replicas=2), "web", IMAGE).objects[-1]
FREE: Any = copy.deepcopy(FIXED)
del FREE["spec"]["replicas"]


def entry(manager: str, operation: str, *fields: str, subresource: str = "") -> dict[str, Any]:
    owned = {"f:spec": {f"f:{field}": {} for field in fields}}
    return {"manager": manager, "operation": operation, "fieldsV1": owned, "subresource": subresource}


OURS = entry("slimdeploy", "Apply", "replicas", "template")
SCALER = entry("kube-controller-manager", "Update", "replicas", subresource="scale")


def live(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"metadata": {"managedFields": list(entries)}, "spec": {"replicas": 4}}


@pytest.mark.parametrize(
    ("there", "sent"),
    [
        (None, 3),
        (live(OURS), 4),
        (live(OURS, entry("kubelet", "Update", "x")), 4),
        (live(OURS, entry("slimdeploy", "Update", "replicas")), None),
        (live(OURS, SCALER), None),
        (live(SCALER), None),
        (live(), 4),
        ({"metadata": {}, "spec": {}}, 3),
    ],
)
def test_the_number_is_sent_for_as_long_as_nobody_else_keeps_it(there: Any, sent: int | None) -> None:
    assert handed_over(FREE, there, 3)["spec"].get("replicas") == sent


@pytest.mark.parametrize("there", [None, live(OURS), live(SCALER)])
def test_a_number_in_slim_toml_is_sent(there: Any) -> None:
    assert handed_over(FIXED, there, 3) == FIXED


def test_other_kinds_are_left_alone() -> None:
    service = render(workload(), "web", IMAGE).objects[1]
    assert handed_over(service, None, 3) == service


def test_the_least_number_comes_from_the_autoscaler_in_the_set() -> None:
    def scaler(kind: str, **spec: int) -> dict[str, Any]:
        return {"kind": "HorizontalPodAutoscaler", "spec": {"scaleTargetRef": {"kind": kind, "name": "hello"}, **spec}}

    assert least_of([FREE, scaler("Deployment", minReplicas=3)]) == {"hello": 3}
    assert least_of([FREE, scaler("Deployment")]) == {"hello": 1}
    assert least_of([FREE, scaler("StatefulSet", minReplicas=3)]) == {}
