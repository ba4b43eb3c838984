"""When going back to the previous release would be wrong, or no help."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from slimdeploy.artifacts.release import Order, Outcome
from slimdeploy.cli.history import document, table
from slimdeploy.deploy.releasing.blame import outcome_of, why_not
from slimdeploy.deploy.releasing.rescue import without_copies
from slimdeploy.errors import RolloutFailed
from tests.unit.test_record import ONE

GOOD = (replace(ONE, outcome=Outcome.DEPLOYED),)


def failed(what: str, kind: str = "Error", ours: bool = True, details: tuple[str, ...] = ()) -> RolloutFailed:
    return RolloutFailed(f"deployment/hello in team: {what}", kind=kind, ours=ours, details=details)


@pytest.mark.parametrize(
    "failure",
    [
        failed("the program ends again and again: exit code 3"),
        failed("the image cannot be pulled: registry/hello@sha256:0: not found", "ErrImagePull"),
        failed("the image cannot be pulled: pull access denied", "ImagePullBackOff"),
        failed('CreateContainerConfigError: secret "db" not found', "CreateContainerConfigError"),
        failed("not ready after 5 s: /healthz answers 500", "Timeout", details=("hello-1: Running, not ready",)),
        failed("its pods are refused: violates PodSecurity", "FailedCreate"),
    ],
)
def test_its_own_fault_is_rolled_back(failure: RolloutFailed) -> None:
    assert why_not(failure, Order(), GOOD) == ""
    assert outcome_of(failure) is Outcome.FAILED


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (failed("somebody else changed it meanwhile", "Changed", ours=False), "not this release's doing"),
        (failed("the Deployment is paused", "Paused", ours=False), "not this release's doing"),
        (failed("its pods are refused: exceeded quota: small", "FailedCreate"), "quota"),
        (
            failed("not ready after 5 s", "Timeout", details=("hello-1: Pending: 0/1 nodes are available: 1 Insuffi",)),
            "no room",
        ),
        (failed("not ready after 5 s: ErrImagePull: connection refused", "Timeout"), "registry does not give"),
        (failed("not ready after 5 s: ImagePullBackOff: 429 Too Many Requests", "Timeout"), "registry does not give"),
    ],
)
def test_what_is_not_its_fault_is_not(failure: RolloutFailed, reason: str) -> None:
    assert reason in why_not(failure, Order(), GOOD)
    assert outcome_of(failure) is Outcome.INTERRUPTED, "so that it is tried again"


@pytest.mark.parametrize(("kind", "outcome"), [("Superseded", "superseded"), ("Deleted", "deleted")])
def test_what_somebody_else_ended_is_called_that(kind: str, outcome: str) -> None:
    assert outcome_of(failed("it went", kind, ours=False)) == outcome


def test_the_first_release_has_nothing_to_go_back_to() -> None:
    assert "its objects stay" in why_not(failed("exit code 3"), Order(), ())


def test_it_can_be_forbidden() -> None:
    assert "--no-rollback" in why_not(failed("exit code 3"), Order(rollback=False), GOOD)


def deployment(*owners: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "Deployment", "metadata": {"managedFields": list(owners)}, "spec": {"replicas": 2, "paused": False}}


def test_an_autoscaler_keeps_its_copies() -> None:
    scaler = {"manager": "kube-controller-manager", "subresource": "scale", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    mine = {"manager": "slimdeploy", "fieldsV1": {"f:spec": {"f:replicas": {}}}}
    stored = deployment()
    assert without_copies(stored, deployment(mine, scaler))["spec"] == {"paused": False}
    assert without_copies(stored, deployment(mine)) == stored
    assert without_copies(stored, None) == stored


def test_the_history_fits_together() -> None:
    records = (replace(ONE, number=12, outcome=Outcome.ROLLED_BACK, seconds=3.25, note="it crashes"), *GOOD)
    head, first, second, _, note = table(records).splitlines()
    assert head.split() == ["release", "when", "who", "source", "image", "outcome", "took", "what"]
    assert first.split() == [
        "12",
        "2026-11-25",
        "09:00:00Z",
        "anna@laptop",
        "v1.2-3-gabcdef0-dirty",
        "a" * 12,
        "rolled-back",
        "3.2",
        "s",
        "deployment/hello",
        "created",
    ]
    assert first.index("rolled-back") == second.index("deployed") == head.index("outcome")
    assert note == "release 12: it crashes"
    assert document(records[0])["digest"] == "sha256:" + "a" * 64
