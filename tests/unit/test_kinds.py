"""Every kind that slim.toml can ask for: valid, hardened, and said only where it is meant."""

from __future__ import annotations

import base64
from typing import Any

import kubernetes_validate
import pytest

from slimdeploy.artifacts.workload import ConfigFile, Contents, SecretValue, WorkloadPlan
from slimdeploy.manifests.pod_security import violations
from slimdeploy.manifests.render import render, to_yaml
from slimdeploy.plan.workload import workload_plan
from tests.unit.samples import IMAGE, config

KUBERNETES = "1.37"
READ = Contents((ConfigFile("config.yaml", "/etc/x.yaml", b"a: 1\n"),), (SecretValue("DB_URL", "hunter2"),))
EVERYTHING: dict[str, Any] = {
    "app": {
        "ports": [
            {"name": "http", "port": 8080, "service": 80},
            {"name": "dns", "port": 5353, "protocol": "UDP"},
        ],
        "secrets": {"DB_URL": {"from_env": "X"}, "PASSWORD": {"existing": "smtp/pass"}},
        "config": [{"from": "config.yaml", "to": "/etc/x.yaml"}],
        "health": {"readiness": {"http": "/r", "period": "3s"}, "liveness": "/l", "startup": {"failure_threshold": 9}},
    },
    "deploy": {
        "autoscale": {"min": 2, "max": 5, "memory": 60},
        "resources": {"cpu_limit": "2500m"},
        "expose": {"host": "x.example.com", "tls_secret": "tls", "class": "nginx", "annotations": {"a/b": "c"}},
        "network_policy": {"from": ["ingress"], "egress": ["db", "10.0.0.0/8"]},
        "migrate": {"args": ["migrate"], "timeout": "90s"},
        "service_account": {"annotations": {"iam/role": "x"}, "token": True},
        "volumes": [
            {"name": "cache", "path": "/cache", "size": "1Gi"},
            {"name": "data", "path": "/data", "claim": "data", "read_only": True},
        ],
        "pull_secrets": ["login"],
        "labels": {"team": "shop"},
        "annotations": {"note": "x"},
        "node_selector": {"disk": "ssd"},
        "tolerations": [{"key": "dedicated", "operator": "Exists"}],
    },
    "processes": {"worker": {"args": ["worker"], "replicas": 2, "env": {"QUEUE": "mail"}}},
}


def plan_of(**tables: Any) -> WorkloadPlan:
    return workload_plan(config(**tables), "hello", READ if "secrets" in tables.get("app", {}) else Contents())


def objects(plan: WorkloadPlan) -> dict[str, Any]:
    made = {f"{each['kind']}/{each['metadata']['name']}": each for each in render(plan, "web", IMAGE).objects}
    for each in made.values():
        if each["kind"] != "HTTPRoute":
            kubernetes_validate.validate(each, KUBERNETES, strict=True)
    return made


def one(plan: WorkloadPlan, kind: str) -> Any:
    (found,) = [each for name, each in objects(plan).items() if name.startswith(f"{kind}/")]
    return found


def test_everything_at_once() -> None:
    made = objects(plan_of(**EVERYTHING))
    assert [name.split("-")[0] for name in made] == [
        "ServiceAccount/hello", "ConfigMap/hello", "Secret/hello", "NetworkPolicy/hello", "NetworkPolicy/hello",
        "NetworkPolicy/hello", "Job/hello", "Service/hello", "PodDisruptionBudget/hello", "Deployment/hello",
        "PodDisruptionBudget/hello", "Deployment/hello", "HorizontalPodAutoscaler/hello", "Ingress/hello",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Deployment/hello", "Deployment/hello-worker"])
def test_pods_are_still_hardened(name: str) -> None:
    assert list(violations(objects(plan_of(**EVERYTHING))[name]["spec"]["template"]["spec"])) == []


def test_pods_of_a_process_are_not_those_of_the_service() -> None:
    made = objects(plan_of(**EVERYTHING))
    labels = made["Deployment/hello-worker"]["spec"]["template"]["metadata"]["labels"]
    selector = made["Service/hello"]["spec"]["selector"]
    assert not selector.items() <= labels.items()
    assert made["Deployment/hello-worker"]["spec"]["selector"]["matchLabels"].items() <= labels.items()
    assert made["Deployment/hello-worker"]["metadata"]["labels"]["app.kubernetes.io/instance"] == "hello"


def test_a_process_has_the_apps_secrets_files_and_variables() -> None:
    made = objects(plan_of(**EVERYTHING))
    container = made["Deployment/hello-worker"]["spec"]["template"]["spec"]["containers"][0]
    names = [each["name"] for each in container["env"]]
    assert names == ["DB_URL", "GOMAXPROCS", "GOMEMLIMIT", "PASSWORD", "QUEUE"]
    assert container["args"] == ["worker"]
    assert not {"ports", "lifecycle", "readinessProbe"} & set(container)
    assert {each["mountPath"] for each in container["volumeMounts"]} == {"/tmp", "/etc/x.yaml", "/cache", "/data"}


def test_a_secret_is_in_the_secret_alone() -> None:
    plan = plan_of(**EVERYTHING)
    value = base64.b64encode(b"hunter2").decode()
    assert [name.split("-")[0] for name, each in objects(plan).items() if value in str(each)] == ["Secret/hello"]
    assert "hunter2" not in repr(plan) + to_yaml(render(plan, "web", IMAGE))


def test_names_follow_the_content() -> None:
    def names(content: bytes, value: str) -> list[str]:
        read = Contents((ConfigFile("c", "/c", content),), (SecretValue("A", value),))
        made = render(workload_plan(config(), "hello", read), "web", IMAGE).objects
        return [each["metadata"]["name"] for each in made if each["kind"] in {"ConfigMap", "Secret"}]

    assert names(b"1", "a") == names(b"1", "a")
    assert names(b"1", "a")[0] != names(b"2", "a")[0]
    assert names(b"1", "a")[1] != names(b"1", "b")[1]
    assert all(len(name.rpartition("-")[2]) == 10 for name in names(b"1", "a"))


@pytest.mark.parametrize("content", [b"text \xc3\xa9\n", b"\xff\xfe\x00"])
def test_any_content_arrives(content: bytes) -> None:
    made = one(workload_plan(config(), "hello", Contents((ConfigFile("c", "/c", content),))), "ConfigMap")
    data = made.get("data", {}).get("c")
    assert content == (data.encode() if data is not None else base64.b64decode(made["binaryData"]["c"]))
    assert made["immutable"] is True
    assert made["metadata"]["labels"]["slimdeploy.io/content-hash"] == made["metadata"]["name"].rpartition("-")[2]


def test_a_cpu_limit_sets_gomaxprocs_as_go_1_25_would() -> None:
    assert dict(plan_of(deploy={"resources": {"cpu_limit": "2500m"}}).env)["GOMAXPROCS"] == "3"
    assert dict(plan_of(deploy={"resources": {"cpu_limit": "500m"}}).env)["GOMAXPROCS"] == "2"
    assert "GOMAXPROCS" not in dict(plan_of().env)


def test_an_autoscaler_owns_the_number() -> None:
    plan = plan_of(deploy={"autoscale": {"min": 3, "max": 5}})
    assert "replicas" not in one(plan, "Deployment")["spec"]
    (metric,) = one(plan, "HorizontalPodAutoscaler")["spec"]["metrics"]
    assert (metric["resource"]["name"], metric["resource"]["target"]["averageUtilization"]) == ("cpu", 80)


@pytest.mark.parametrize(("deploy", "budget"), [({"replicas": 1}, False), ({"replicas": 2}, True)])
def test_a_single_copy_keeps_no_node_from_being_drained(deploy: dict[str, Any], budget: bool) -> None:
    assert ("PodDisruptionBudget/hello" in objects(plan_of(deploy=deploy))) is budget


def test_a_gateway_instead_of_an_ingress() -> None:
    route = one(plan_of(deploy={"expose": {"host": "x.example.com", "gateway": "infra/public"}}), "HTTPRoute")
    assert route["spec"]["parentRefs"] == [{"name": "public", "namespace": "infra"}]
    assert route["spec"]["rules"][0]["backendRefs"] == [{"name": "hello", "port": 8080}]


@pytest.mark.parametrize("kind", ["job", "cron"])
def test_a_program_that_ends(kind: str) -> None:
    job = {"schedule": "*/5 * * * *", "time_zone": "Europe/Berlin"} if kind == "cron" else {"backoff_limit": 1}
    plan = plan_of(app={"kind": kind}, deploy={"job": job})
    made = objects(plan)
    runner = one(plan, "CronJob" if kind == "cron" else "Job")
    assert [name.partition("/")[0] for name in made] == ["ServiceAccount", runner["kind"]]
    spec = runner["spec"]["jobTemplate"]["spec"] if kind == "cron" else runner["spec"]
    pod = spec["template"]["spec"]
    assert pod["restartPolicy"] == "Never"
    assert list(violations(pod)) == []
    assert spec["backoffLimit"] == (2 if kind == "cron" else 1)
    assert "ports" not in pod["containers"][0]


def test_a_job_is_named_after_what_it_runs() -> None:
    def name(*args: str) -> str:
        found: str = one(plan_of(app={"kind": "job", "args": list(args)}), "Job")["metadata"]["name"]
        return found

    assert name("a") == name("a") != name("b")


def test_network_policy_without_from_is_the_own_namespace() -> None:
    spec = one(plan_of(deploy={"network_policy": {}}), "NetworkPolicy")["spec"]
    assert spec["ingress"] == [{"from": [{"podSelector": {}}], "ports": [{"port": 8080, "protocol": "TCP"}]}]
    assert (spec["policyTypes"], "egress" in spec) == (["Ingress"], False)


def test_the_pause_before_the_end_is_added_to_the_grace() -> None:
    pod = one(plan_of(deploy={"drain": "7s", "grace_period": "20s"}), "Deployment")["spec"]["template"]["spec"]
    assert pod["containers"][0]["lifecycle"] == {"preStop": {"sleep": {"seconds": 7}}}
    assert pod["terminationGracePeriodSeconds"] == 27
    assert "lifecycle" not in str(one(plan_of(deploy={"drain": "0s"}), "Deployment"))
    assert "lifecycle" not in str(one(plan_of(app={"ports": []}), "Deployment"))
