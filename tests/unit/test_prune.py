"""What may be deleted: ours, not wanted, nobody else's. Everything else is kept and named."""

from __future__ import annotations

from typing import Any

import pytest

from slimdeploy.artifacts.deploy import Action, ObjectRef
from slimdeploy.deploy.releasing.prune import LAST, Found, Survey, look, survey, why_kept
from slimdeploy.deploy.releasing.record import HASHED
from slimdeploy.errors import PolicyRefused

OURS = {"manager": "slimdeploy", "operation": "Apply", "fieldsV1": {"f:spec": {}}}
STATUS = {
    "manager": "kube-controller-manager",
    "operation": "Update",
    "subresource": "status",
    "fieldsV1": {"f:status": {}},
}
MARK = {"manager": "ingress-nginx", "operation": "Update", "fieldsV1": {"f:metadata": {"f:finalizers": {}}}}
EDITED = {"manager": "kubectl-edit", "operation": "Update", "fieldsV1": {"f:spec": {"f:rules": {}}}}
RESTARTED = {
    "manager": "slimdeploy-restart",
    "operation": "Update",
    "fieldsV1": {
        "f:spec": {
            "f:template": {"f:metadata": {"f:annotations": {".": {}, "f:kubectl.kubernetes.io/restartedAt": {}}}}
        }
    },
}
TOOL = {"manager": "their-operator", "operation": "Update", "fieldsV1": {"f:spec": {"f:rules": {}}}}
KUBECTL_APPLY = {**TOOL, "manager": "kubectl-client-side-apply"}
FLUX = {"manager": "kustomize-controller", "operation": "Apply", "fieldsV1": {"f:metadata": {"f:labels": {}}}}


def there(kind: str = "Ingress", name: str = "hello", *owners: dict[str, Any], **more: Any) -> Found:
    return Found(ObjectRef(kind, name, "team"), {"name": name, "managedFields": list(owners or (OURS,)), **more})


def pruned(each: Found) -> bool:
    return bool(survey((each,), frozenset()).prune)


def test_what_is_ours_and_not_wanted_goes() -> None:
    found = survey((there("Ingress"), there("Service")), frozenset({ObjectRef("Service", "hello", "team")}))
    assert [(change.ref.kind, change.action) for change in found.changes] == [("Ingress", Action.PRUNED)]
    assert found.kept == ()


@pytest.mark.parametrize("owners", [(OURS,), (OURS, STATUS), (OURS, MARK), (OURS, STATUS, MARK), (OURS, RESTARTED)])
def test_what_controllers_and_restarts_note_down_does_not_make_it_theirs(owners: tuple[dict[str, Any], ...]) -> None:
    assert pruned(there("Ingress", "hello", *owners))


@pytest.mark.parametrize(
    ("owners", "reason"),
    [
        ((EDITED,), "ingress/hello is kept: it carries our labels, but was made by kubectl-edit"),
        ((STATUS,), "ingress/hello is kept: it carries our labels, but was made by somebody else"),
        ((OURS, TOOL), "ingress/hello is kept: their-operator manages it, too"),
        ((OURS, EDITED, KUBECTL_APPLY), "ingress/hello is kept: kubectl-client-side-apply manages it, too"),
        ((OURS, FLUX), "ingress/hello is kept: kustomize-controller manages it, too"),
        (
            ({**OURS, "operation": "Update"},),
            "ingress/hello is kept: it carries our labels, but was made by somebody else",
        ),
    ],
)
def test_what_is_somebody_elses_is_kept_and_named(owners: tuple[dict[str, Any], ...], reason: str) -> None:
    found = survey((there("Ingress", "hello", *owners),), frozenset())
    assert (found.prune, found.kept) == ((), (reason,))


def test_what_a_person_changed_once_goes_with_it_and_is_said() -> None:
    found = survey((there("Ingress", "hello", OURS, EDITED, STATUS),), frozenset())
    assert (len(found.prune), found.kept) == (1, ())
    said = "ingress/hello is pruned with what was done to it by hand: kubectl-edit changed spec.rules"
    assert found.lost == (said,)
    many = {**EDITED, "fieldsV1": {"f:spec": {f"f:{name}": {} for name in "abcde"}}}
    assert (
        survey((there("Ingress", "x", OURS, many),), frozenset()).lost[0].endswith("spec.a, spec.b, spec.c and 2 more")
    )
    assert survey((there("Ingress", "x", OURS, RESTARTED, MARK),), frozenset()).lost == ()


def test_from_down_only_another_ones_apply_keeps_it() -> None:
    assert why_kept(there("Deployment", "hello", OURS, EDITED, RESTARTED), down=True) == ""
    assert why_kept(there("Deployment", "hello", OURS, FLUX), down=True) == "kustomize-controller manages it, too"
    assert "was made by kubectl-edit" in why_kept(there("Deployment", "hello", EDITED), down=True)


@pytest.mark.parametrize("kind", ["PersistentVolumeClaim", "Namespace", "CustomResourceDefinition"])
def test_what_holds_data_is_never_pruned(kind: str) -> None:
    found = survey((there(kind),), frozenset())
    assert found.prune == ()
    assert "never deleted by itself" in found.kept[0]


def test_what_has_an_owner_is_its_owners() -> None:
    owned = there("ReplicaSet", "hello-1", ownerReferences=[{"kind": "Deployment"}])
    assert survey((owned,), frozenset()) == Survey()


def test_what_is_going_is_not_deleted_again_but_said() -> None:
    going = there("ConfigMap", "hello", deletionTimestamp="2026-11-25T09:00:00Z", finalizers=["example.com/never"])
    found = survey((going,), frozenset())
    assert found.prune == ()
    assert "waits for example.com/never" in found.kept[0]


def test_hashed_objects_are_no_change_by_themselves() -> None:
    found = survey((there("Secret", "hello-env-0123456789", labels={HASHED: "0123456789"}),), frozenset())
    assert found.changes == ()
    assert [each.ref.name for each in found.hashed] == ["hello-env-0123456789"]


def test_an_empty_set_is_a_mistake() -> None:
    with pytest.raises(PolicyRefused, match="no objects at all") as refused:
        look(frozenset(), (), "hello", None)  # type: ignore[arg-type]
    assert "slimdeploy down" in refused.value.hint


def test_accounts_go_after_what_runs_as_them() -> None:
    assert LAST.index("Deployment") < LAST.index("ServiceAccount")
    assert LAST.index("Deployment") < LAST.index("Secret")
