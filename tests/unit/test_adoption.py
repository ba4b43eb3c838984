"""Whose an object is, and what is written to make it ours."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slimdeploy.artifacts.deploy import FieldChange
from slimdeploy.deploy.comparing.adoption import given_up, maker, migrated, taken_from
from slimdeploy.deploy.comparing.fieldsets import beyond, path_of, union, value_of
from slimdeploy.manifests.labels import labels

LAST = "kubectl.kubernetes.io/last-applied-configuration"


def entry(manager: str, operation: str, fields: dict[str, Any], subresource: str = "") -> dict[str, Any]:
    found = {"manager": manager, "operation": operation, "apiVersion": "apps/v1", "fieldsV1": fields}
    return found | ({"subresource": subresource} if subresource else {})


def made_by(*entries: dict[str, Any], **metadata: dict[str, str]) -> dict[str, Any]:
    spec = {"replicas": 3, "paused": True, "strategy": {"type": "RollingUpdate"}, "revisionHistoryLimit": 10}
    return {"apiVersion": "apps/v1", "metadata": {"managedFields": list(entries), **metadata}, "spec": spec}


OURS = entry("slimdeploy", "Apply", {"f:spec": {"f:replicas": {}}})
THEIRS = entry(
    "kubectl-client-side-apply",
    "Update",
    {"f:spec": {"f:paused": {}, "f:strategy": {"f:type": {}}, "f:revisionHistoryLimit": {}}},
)
CONTROLLER = entry("kube-controller-manager", "Update", {"f:status": {}}, "status")
REVISION = entry("kube-controller-manager", "Update", {"f:metadata": {"f:annotations": {"f:revision": {}}}})
SCALED = entry("kubectl", "Update", {"f:spec": {"f:replicas": {}}}, "scale")


@pytest.mark.parametrize(
    ("live", "whose"),
    [
        (None, ""),
        (made_by(OURS, THEIRS), ""),
        (made_by(labels=labels("hello")), ""),
        (made_by(THEIRS, labels=labels("other")), "kubectl-client-side-apply"),
        (made_by(THEIRS, annotations={LAST: "{}"}), "kubectl apply"),
        (made_by(THEIRS, annotations={LAST: "{}", "meta.helm.sh/release-name": "shop"}), "Helm release shop"),
        (made_by(labels={"argocd.argoproj.io/instance": "shop"}), "Argo CD (shop)"),
        (made_by(labels={"kustomize.toolkit.fluxcd.io/name": "apps"}), "Flux, Kustomization apps"),
        (made_by(entry("slimdeploy", "Update", {}), CONTROLLER), "slimdeploy"),
        (made_by(CONTROLLER), "somebody"),
        ({"metadata": {}}, "somebody"),
    ],
)
def test_who_made_it(live: dict[str, Any] | None, whose: str) -> None:
    assert maker(live, "hello") == whose


def test_only_tools_that_deploy_are_taken_from() -> None:
    helm, unknown = entry("helm", "Update", {}), entry("keel", "Update", {})
    assert taken_from(made_by(THEIRS, helm, unknown, CONTROLLER, REVISION, SCALED)) == (
        "kubectl-client-side-apply",
        "helm",
    )


def test_their_fields_become_ours_and_nothing_else_changes() -> None:
    ours, *rest = migrated(made_by(CONTROLLER, THEIRS, OURS, REVISION, SCALED))
    assert (ours["manager"], ours["operation"]) == ("slimdeploy", "Apply")
    assert set(ours["fieldsV1"]["f:spec"]) == {"f:replicas", "f:paused", "f:strategy", "f:revisionHistoryLimit"}
    assert rest == [CONTROLLER, REVISION, SCALED]


def test_without_them_nothing_is_written() -> None:
    assert migrated(made_by(CONTROLLER)) == [CONTROLLER]


def test_what_only_they_set_is_given_up_and_defaults_are_not_worth_a_word() -> None:
    live = made_by(THEIRS, CONTROLLER)
    assert list(given_up(live, made_by(OURS, THEIRS, CONTROLLER))) == [FieldChange("spec.paused", True, None)]


def test_kubectls_note_and_the_second_name_of_the_account_are_not_worth_a_word() -> None:
    note = {"f:metadata": {"f:annotations": {".": {}, f"f:{LAST}": {}}}, "f:spec": {"f:serviceAccount": {}}}
    live = made_by(entry("kubectl-client-side-apply", "Update", note), annotations={LAST: "{}"})
    live["spec"]["serviceAccount"] = "default"
    for kept in ({"f:labels": {}}, {"f:annotations": {"f:a": {}}}):
        future = made_by(entry("slimdeploy", "Apply", {"f:metadata": kept, "f:spec": {"f:replicas": {}}}))
        assert list(given_up(live, future)) == []


FIELDS = {
    "f:metadata": {"f:annotations": {".": {}, "f:a.b/c": {}}, "f:finalizers": {'v:"x"': {}}},
    "f:spec": {"f:ports": {".": {}, 'k:{"port":80,"protocol":"TCP"}': {".": {}, "f:name": {}}}},
}
OBJECT = {
    "metadata": {"annotations": {"a.b/c": "1"}, "finalizers": ["x"]},
    "spec": {"ports": [{"port": 80, "protocol": "TCP", "name": "http"}]},
}


def test_paths_and_values() -> None:
    found = {
        path_of(steps): value_of(steps, OBJECT)
        for steps in beyond(FIELDS, {"f:metadata": {}, "f:spec": {"f:ports": {}}})
    }
    assert found == {
        "metadata.annotations": {"a.b/c": "1"},
        "metadata.finalizers": ["x"],
        "spec.ports[80/TCP]": OBJECT["spec"]["ports"][0],
    }
    assert value_of(("f:metadata", "f:finalizers", 'v:"x"'), OBJECT) == "x"
    assert value_of(("f:spec", "f:nothing", "f:there"), OBJECT) is None


SETS = st.recursive(
    st.just({}), lambda inner: st.dictionaries(st.sampled_from(["f:a", "f:b", "."]), inner, max_size=3), max_leaves=6
)


@given(SETS, SETS)
def test_a_union_holds_both(one: dict[str, Any], other: dict[str, Any]) -> None:
    both = union((one, other))
    assert list(beyond(one, both)) == list(beyond(other, both)) == []
    assert union((other, one)) == both
