"""What counts as a difference between the cluster and the manifests."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from slimdeploy.artifacts.deploy import Action, Change, Changes, FieldChange, ObjectRef
from slimdeploy.deploy.comparing.diff import compare
from slimdeploy.deploy.comparing.fields import field_changes
from slimdeploy.manifests.render import render
from tests.unit.samples import IMAGE, workload

DEPLOYMENT = render(workload(), "web", IMAGE).objects[-1]
REF = ObjectRef.of(DEPLOYMENT)
Edit = Callable[[dict[str, Any]], object]


def stored() -> dict[str, Any]:
    """The Deployment as an API server keeps it."""
    live: dict[str, Any] = copy.deepcopy(dict(DEPLOYMENT))
    live["metadata"] |= {
        "uid": "1234",
        "resourceVersion": "41",
        "generation": 3,
        "creationTimestamp": "2026-01-02T03:04:05Z",
        "annotations": {"deployment.kubernetes.io/revision": "3"},
        "managedFields": [entry("slimdeploy", "Apply", {"f:spec": {}}), entry("kubelet", "Update", {"f:status": {}})],
    }
    live["status"] = {"observedGeneration": 3, "readyReplicas": 2}
    return live


def entry(manager: str, operation: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"manager": manager, "operation": operation, "time": "2026-01-02T03:04:05Z", "fieldsV1": fields}


def compared(edit: Edit) -> Change:
    """The live object against one that was edited."""
    future = stored()
    edit(future)
    return compare(REF, DEPLOYMENT, stored(), future)


def test_the_same_object_is_unchanged() -> None:
    change = compared(lambda _: None)
    assert (change.action, change.fields) == (Action.UNCHANGED, ())


BY_ITSELF: dict[str, Edit] = {
    "status": lambda it: it["status"].update(readyReplicas=0),
    "no status": lambda it: it.pop("status"),
    "resourceVersion": lambda it: it["metadata"].update(resourceVersion="42"),
    "generation": lambda it: it["metadata"].update(generation=4),
    "creation": lambda it: it["metadata"].update(creationTimestamp="2027-01-01T00:00:00Z"),
    "uid": lambda it: it["metadata"].update(uid="5678"),
    "revision": lambda it: it["metadata"]["annotations"].update({"deployment.kubernetes.io/revision": "4"}),
    "no annotations": lambda it: it["metadata"].pop("annotations"),
    "time of our own entry": lambda it: it["metadata"]["managedFields"][0].update(time="2027-01-01T00:00:00Z"),
    "fields of somebody else": lambda it: it["metadata"]["managedFields"][1].update(fieldsV1={"f:x": {}}),
    "an update under our name": lambda it: it["metadata"]["managedFields"].append(entry("slimdeploy", "Update", {})),
}


@pytest.mark.parametrize("what", BY_ITSELF)
def test_what_changes_by_itself_is_no_change(what: str) -> None:
    assert compared(BY_ITSELF[what]).action is Action.UNCHANGED


@pytest.mark.parametrize(
    "edit",
    [
        lambda it: it["metadata"]["managedFields"][0].update(fieldsV1={"f:spec": {"f:replicas": {}}}),
        lambda it: it["metadata"]["managedFields"].pop(0),
        lambda it: it["metadata"].pop("managedFields"),
    ],
)
def test_a_field_taken_from_us_is_a_change(edit: Edit) -> None:
    change = compared(edit)
    assert (change.action, change.fields) == (Action.CHANGED, ())


def test_changed_fields_are_named_with_old_and_new() -> None:
    def edit(future: dict[str, Any]) -> None:
        future["spec"]["replicas"] = 3
        future["spec"]["template"]["spec"]["containers"][0]["image"] = "other"
        future["metadata"]["annotations"]["note"] = "x"

    change = compared(edit)
    assert change.action is Action.CHANGED
    assert sorted(change.fields, key=lambda each: each.path) == [
        FieldChange("metadata.annotations", None, {"note": "x"}),
        FieldChange("spec.replicas", 2, 3),
        FieldChange("spec.template.spec.containers[hello].image", IMAGE, "other"),
    ]


def test_what_is_not_there_is_created() -> None:
    change = compare(REF, DEPLOYMENT, None, stored())
    assert change.action is Action.CREATED
    assert change.fields == tuple(FieldChange(key, None, value) for key, value in DEPLOYMENT.items())


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"b": 1}, [FieldChange("a", 1, None), FieldChange("b", None, 1)]),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [FieldChange("a.b", 1, 2)]),
        ({"a": [1, 2]}, {"a": [1, 3]}, [FieldChange("a[1]", 2, 3)]),
        ({"a": [1]}, {"a": [1, 2]}, [FieldChange("a", [1], [1, 2])]),
        (
            {"a": [{"name": "x", "value": "1"}]},
            {"a": [{"name": "x", "value": "2"}]},
            [FieldChange("a[x].value", "1", "2")],
        ),
        ({"a": "1"}, {"a": 1}, [FieldChange("a", "1", 1)]),
        ({"a": {}}, {"a": []}, [FieldChange("a", {}, [])]),
    ],
)
def test_fields(old: object, new: object, changes: list[FieldChange]) -> None:
    assert list(field_changes(old, new)) == changes


def test_only_what_differs_is_written() -> None:
    same, other = compared(lambda _: None), compared(lambda it: it["spec"].update(replicas=3))
    assert Changes((same, other)).pending == (other,)
