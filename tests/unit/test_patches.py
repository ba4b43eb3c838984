"""[[patch]]: what it changes, and what it must not."""

from __future__ import annotations

from typing import Any

import pytest

from slimdeploy.manifests.patches import PatchRefused
from slimdeploy.manifests.render import render
from slimdeploy.plan.workload import workload_plan
from tests.unit.samples import IMAGE, config

POD = "/spec/template/spec"


def patched(*ops: dict[str, Any], kind: str = "Deployment", app: dict[str, Any] | None = None, **more: Any) -> Any:
    plan = workload_plan(config(app=app or {}, patch=[{"kind": kind, "ops": list(ops), **more}]), "hello")
    (found,) = [each for each in render(plan, "web", IMAGE).objects if each["kind"] == kind]
    return found


def add(path: str, value: object) -> dict[str, Any]:
    return {"op": "add", "path": path, "value": value}


def test_operations() -> None:
    made = patched(
        add(f"{POD}/priorityClassName", "high"),
        {"op": "replace", "path": "/spec/revisionHistoryLimit", "value": 9},
        {"op": "remove", "path": f"{POD}/topologySpreadConstraints"},
        add("/metadata/annotations", {}),
        add("/metadata/annotations/a~1b", "c"),
        add(f"{POD}/volumes/-", {"name": "x", "emptyDir": {}}),
        add(f"{POD}/volumes/0", {"name": "y", "emptyDir": {}}),
        {"op": "remove", "path": f"{POD}/containers/0/livenessProbe"},
    )
    pod = made["spec"]["template"]["spec"]
    assert (pod["priorityClassName"], made["spec"]["revisionHistoryLimit"]) == ("high", 9)
    assert "topologySpreadConstraints" not in pod
    assert made["metadata"]["annotations"] == {"a/b": "c"}
    assert [each["name"] for each in pod["volumes"]] == ["y", "tmp", "x"]


REFUSED = [
    (add(f"{POD}/hostNetwork", True), "breaks Pod Security restricted: hostNetwork"),
    (add(f"{POD}/hostPID", True), "breaks Pod Security restricted: hostPID"),
    (add(f"{POD}/volumes/-", {"name": "x", "hostPath": {"path": "/"}}), "breaks Pod Security restricted: hostPath"),
    (add(f"{POD}/containers/0/securityContext/privileged", True), "breaks Pod Security restricted: privileged"),
    (add(f"{POD}/containers/0/securityContext/runAsUser", 0), "breaks Pod Security restricted: runAsUser"),
    (add(f"{POD}/containers/0/securityContext/capabilities/add", ["SYS_ADMIN"]), "restricted: capabilities"),
    (add(f"{POD}/initContainers", [{"name": "x", "image": "y"}]), "allowPrivilegeEscalation, capabilities"),
    (add(f"{POD}/containers/0/ports/0/hostPort", 80), "hostPort"),
    (add(f"{POD}/containers/0/readinessProbe/tcpSocket/host", "10.0.0.1"), "restricted: host"),
    (add(f"{POD}/securityContext/seccompProfile/type", "Unconfined"), "seccompProfile"),
    ({"op": "remove", "path": f"{POD}/securityContext/runAsNonRoot"}, "runAsNonRoot"),
    (add("/spec/selector/matchLabels/x", "y"), "spec.selector is immutable"),
    (add("/metadata/name", "other"), "metadata.name is immutable"),
    (add("/metadata/labels/app.kubernetes.io~1instance", "other"), "metadata.labels is immutable"),
    (add("/kind", "Job"), "kind is immutable"),
    (add(f"{POD}/containers/0/image", "other"), "the image is immutable"),
    (add("/spec/template/metadata/labels/app.kubernetes.io~1name", "x"), "the pods' labels is immutable"),
    ({"op": "remove", "path": f"{POD}/none"}, f"{POD}/none does not exist in the Deployment"),
    ({"op": "replace", "path": f"{POD}/none", "value": 1}, "does not exist"),
    (add(f"{POD}/volumes/7", {}), "does not exist"),
    (add(f"{POD}/volumes/x", {}), "does not exist"),
    (add(f"{POD}/none/x", {}), "does not exist"),
    ({"op": "remove", "path": "/metadata"}, "is immutable"),
    ({"op": "remove", "path": POD}, "is immutable"),
]


@pytest.mark.parametrize(("operation", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_is_refused(operation: dict[str, Any], why: str) -> None:
    with pytest.raises(PatchRefused, match=r"patch\[0\]: ") as caught:
        patched(operation)
    assert why in caught.value.why


def test_what_breaks_pod_security_can_be_meant() -> None:
    assert patched(add(f"{POD}/hostNetwork", True), allow=["hostNetwork"])["spec"]["template"]["spec"]["hostNetwork"]


def test_an_object_that_is_not_there() -> None:
    with pytest.raises(PatchRefused, match="no Ingress hello") as caught:
        patched(add("/spec/x", 1), kind="Ingress")
    assert caught.value.hint == "of this kind there are: none"


def test_a_patched_job_is_another_job() -> None:
    job = {"kind": "job"}
    names = {patched(add("/spec/parallelism", n), kind="Job", app=job)["metadata"]["name"] for n in (1, 2)}
    assert len(names) == 2
    assert all(name.startswith("hello-") for name in names)
