"""The Kubernetes objects: valid, hardened field by field, and nothing that a worker does not need."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import kubernetes_validate
import pytest

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.workload import Health, Port, WorkloadPlan
from slimdeploy.manifests.render import render
from tests.unit.samples import HTTP, IMAGE, worker, workload

KUBERNETES = "1.37"
NAME, INSTANCE = "app.kubernetes.io/name", "app.kubernetes.io/instance"
SELECTOR = {NAME: "hello", INSTANCE: "hello"}
PLANS = {
    "http": workload(),
    "tcp": workload(health=Health("tcp", HTTP)),
    "grpc": workload(health=Health("grpc", HTTP)),
    "worker": worker(),
    "several ports": workload(ports=(Port("grpc", 9000), HTTP), args=("--verbose", "1e3")),
    "nobody": workload(replicas=0),
}


def objects(plan: WorkloadPlan, namespace: str | None = "web") -> dict[str, Any]:
    return {manifest["kind"]: manifest for manifest in render(plan, namespace, IMAGE).objects}


def pod(plan: WorkloadPlan | None = None) -> dict[str, Any]:
    return objects(plan or workload())["Deployment"]["spec"]["template"]["spec"]


def container(plan: WorkloadPlan | None = None) -> dict[str, Any]:
    (only,) = pod(plan)["containers"]
    return only


@pytest.mark.parametrize("name", PLANS)
def test_every_object_is_valid(name: str) -> None:
    for manifest in objects(PLANS[name]).values():
        kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_the_validator_notices_a_field_that_does_not_exist() -> None:
    wrong = objects(workload())["Deployment"] | {"replica": 2}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


def test_what_is_referred_to_comes_first() -> None:
    assert list(objects(workload())) == ["ServiceAccount", "Service", "PodDisruptionBudget", "Deployment"]


def test_a_worker_has_no_service_no_probes_no_ports() -> None:
    assert list(objects(worker())) == ["ServiceAccount", "PodDisruptionBudget", "Deployment"]
    assert not {"ports", "startupProbe", "readinessProbe", "livenessProbe"} & set(container(worker()))


def test_selectors_hold_nothing_that_ever_changes() -> None:
    made = objects(workload())
    assert made["Deployment"]["spec"]["selector"] == {"matchLabels": SELECTOR}
    assert made["Service"]["spec"]["selector"] == SELECTOR
    assert pod()["topologySpreadConstraints"][0]["labelSelector"] == {"matchLabels": SELECTOR}


def test_the_selector_selects_the_pods() -> None:
    labels = objects(workload())["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert labels.items() >= SELECTOR.items()


def test_everything_is_marked_as_ours() -> None:
    for manifest in objects(workload()).values():
        assert manifest["metadata"]["labels"] == SELECTOR | {"app.kubernetes.io/managed-by": "slimdeploy"}


@pytest.mark.parametrize("namespace", ["web", None])
def test_the_namespace_is_the_given_one_or_none(namespace: str | None) -> None:
    for manifest in objects(workload(), namespace).values():
        assert manifest["metadata"].get("namespace") == namespace
        assert ("namespace" in manifest["metadata"]) == (namespace is not None)


RESTRICTED: dict[str, Callable[[dict[str, Any], dict[str, Any]], bool]] = {
    # https://kubernetes.io/docs/concepts/security/pod-security-standards/, baseline and restricted, row by row
    "no host namespaces": lambda pod, _: not {"hostNetwork", "hostPID", "hostIPC"} & set(pod),
    "no Windows host process": lambda pod, it: "windowsOptions" not in pod["securityContext"] | it["securityContext"],
    "not privileged": lambda _, it: not it["securityContext"].get("privileged"),
    "no added capabilities": lambda _, it: "add" not in it["securityContext"]["capabilities"],
    "all capabilities dropped": lambda _, it: it["securityContext"]["capabilities"]["drop"] == ["ALL"],
    "no host path": lambda pod, _: [set(volume) - {"name"} for volume in pod["volumes"]] == [{"emptyDir"}],
    "no host port": lambda _, it: not any("hostPort" in port for port in it["ports"]),
    "no AppArmor override": lambda pod, it: "appArmorProfile" not in pod["securityContext"] | it["securityContext"],
    "no SELinux options": lambda pod, it: "seLinuxOptions" not in pod["securityContext"] | it["securityContext"],
    "no proc mount": lambda _, it: "procMount" not in it["securityContext"],
    "no sysctls": lambda pod, _: "sysctls" not in pod["securityContext"],
    "seccomp is the runtime's": lambda pod, _: pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"},
    "seccomp is not taken back": lambda _, it: "seccompProfile" not in it["securityContext"],
    "no privilege escalation": lambda _, it: it["securityContext"]["allowPrivilegeEscalation"] is False,
    "not root": lambda pod, it: (pod["securityContext"] | it["securityContext"])["runAsNonRoot"] is True,
    "a user that is not 0": lambda pod, it: (pod["securityContext"] | it["securityContext"])["runAsUser"] == 65532,
    "no host in probes": lambda _, it: (
        not any("host" in way for probe in probes(it).values() for way in probe.values() if isinstance(way, dict))
    ),
    # beyond the standard
    "read-only root": lambda _, it: it["securityContext"]["readOnlyRootFilesystem"] is True,
    "a group that is not 0": lambda pod, _: pod["securityContext"]["runAsGroup"] == 65532,
    "no token": lambda pod, _: pod["automountServiceAccountToken"] is False,
    "its own account": lambda pod, _: pod["serviceAccountName"] == "hello",
    "no service variables": lambda pod, _: pod["enableServiceLinks"] is False,
    "one writable folder": lambda _, it: it["volumeMounts"] == [{"name": "tmp", "mountPath": "/tmp"}],
    "a memory limit": lambda _, it: it["resources"]["limits"] == {"memory": "64Mi"},
    "requests": lambda _, it: it["resources"]["requests"] == {"cpu": "100m", "memory": "64Mi"},
    "no command in probes": lambda _, it: not any("exec" in probe for probe in probes(it).values()),
}


def probes(container: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in container.items() if key.endswith("Probe")}


@pytest.mark.parametrize("rule", RESTRICTED)
def test_the_pod_is_hardened(rule: str) -> None:
    assert RESTRICTED[rule](pod(), container())


def test_the_account_has_no_token() -> None:
    assert objects(workload())["ServiceAccount"]["automountServiceAccountToken"] is False


def test_the_image_is_named_by_digest() -> None:
    assert container()["image"] == IMAGE


def test_no_pod_goes_before_its_successor_serves() -> None:
    rolling = objects(workload())["Deployment"]["spec"]["strategy"]["rollingUpdate"]
    assert rolling == {"maxUnavailable": 0, "maxSurge": 1}


def test_nothing_in_the_template_changes_from_run_to_run() -> None:
    assert objects(workload()) == objects(workload())
    assert set(objects(workload())["Deployment"]["spec"]["template"]["metadata"]) == {"labels"}


@pytest.mark.parametrize(
    ("plan", "readiness"),
    [
        ("http", {"httpGet": {"path": "/healthz", "port": "http"}}),
        ("tcp", {"tcpSocket": {"port": "http"}}),
        ("grpc", {"grpc": {"port": 8080}}),
    ],
)
def test_readiness_asks_and_liveness_only_looks(plan: str, readiness: dict[str, Any]) -> None:
    found = container(PLANS[plan])
    assert found["readinessProbe"].items() >= readiness.items()
    for probe in ("livenessProbe", "startupProbe"):
        assert found[probe]["tcpSocket"] == {"port": "http"}


def test_ports_go_from_the_service_to_the_container() -> None:
    plan = PLANS["several ports"]
    ports = objects(plan)["Service"]["spec"]["ports"]
    assert [(port["name"], port["port"], port["targetPort"]) for port in ports] == [
        ("grpc", 9000, "grpc"), ("http", 8080, "http"),
    ]  # fmt: skip
    assert [(port["name"], port["containerPort"]) for port in container(plan)["ports"]] == [
        ("grpc", 9000), ("http", 8080),
    ]  # fmt: skip


def test_args_env_and_replicas_are_the_plans() -> None:
    plan = workload(args=("-v", "y"), env=(("A", "1e3"),), replicas=7)
    assert container(plan)["args"] == ["-v", "y"]
    assert container(plan)["env"] == [{"name": "A", "value": "1e3"}]
    assert objects(plan)["Deployment"]["spec"]["replicas"] == 7


def test_no_args_leave_the_images_own() -> None:
    assert not {"args", "command"} & set(container())


def test_names_are_written_as_kubectl_writes_them() -> None:
    refs = [ObjectRef.of(manifest) for manifest in render(workload(replicas=1), "web", IMAGE).objects]
    assert [str(ref) for ref in refs] == ["serviceaccount/hello", "service/hello", "deployment/hello"]
    assert {ref.namespace for ref in refs} == {"web"}
