"""What is decided about a deployment: what runs, where, and where its image goes."""

from __future__ import annotations

from typing import Any

import pytest

from slimdeploy.artifacts.deploy_plan import ClusterTarget, LocalTarget, RegistryPlan, StorePlan
from slimdeploy.artifacts.workload import Health, Port
from slimdeploy.errors import UsageError
from slimdeploy.plan.deploy import (
    Overrides,
    choose_target,
    delivery_plan,
    is_loopback,
    make_deploy_plan,
)
from slimdeploy.plan.workload import workload_plan
from tests.unit.samples import config

PROD = {"context": "prod"}
REPOSITORY = "registry.example.com/team/hello"


def environment(**tables: dict[str, Any]) -> dict[str, str]:
    return dict(workload_plan(config(**tables), "hello").env)


def test_the_program_is_told_its_port_and_its_memory() -> None:
    assert environment() == {"PORT": "8080", "GOMEMLIMIT": "60397977"}


@pytest.mark.parametrize(
    ("memory", "limit"), [("64Mi", "60397977"), ("100M", "90000000"), ("1Gi", "966367641"), ("67108865", "60397978")]
)
def test_gomemlimit_is_nine_tenths_in_whole_bytes(memory: str, limit: str) -> None:
    assert environment(deploy={"resources": {"memory": memory}})["GOMEMLIMIT"] == limit


def test_values_of_the_app_win() -> None:
    own = {"PORT": "http", "GOMEMLIMIT": "off", "GREETING": "hi"}
    assert environment(app={"env": own}) == own


def test_the_first_port_is_port() -> None:
    ports = [{"name": "grpc", "port": 9000}, {"name": "http", "port": 8081}]
    assert environment(app={"ports": ports})["PORT"] == "9000"


def test_a_worker_has_no_port_and_no_health() -> None:
    plan = workload_plan(config(app={"ports": []}), "hello")
    assert (plan.ports, plan.health) == ((), None)
    assert dict(plan.env) == {"GOMEMLIMIT": "60397977"}


def test_the_environment_is_in_order_whatever_slim_toml_says() -> None:
    assert list(environment(app={"env": {"Z": "1", "A": "2"}})) == ["A", "GOMEMLIMIT", "PORT", "Z"]


@pytest.mark.parametrize(
    ("written", "health"),
    [
        ({}, Health("tcp", Port("http", 8080))),
        ({"health": "/healthz"}, Health("http", Port("http", 8080), "/healthz")),
        ({"health": {"grpc": True}}, Health("grpc", Port("http", 8080))),
        ({"health": {"tcp": True}, "port": 9000}, Health("tcp", Port("http", 9000))),
    ],
)
def test_health(written: dict[str, Any], health: Health) -> None:
    assert workload_plan(config(app=written), "hello").health == health


LOCAL = LocalTarget()


@pytest.mark.parametrize(
    ("cluster", "overrides", "target"),
    [
        (None, Overrides(), LOCAL),
        (None, Overrides(kubeconfig="other"), LOCAL),
        (None, Overrides(namespace="x"), LOCAL),
        (None, Overrides(publish=18080), LocalTarget(18080)),
        (None, Overrides(context="dev"), ClusterTarget("dev", "hello")),
        (PROD, Overrides(), ClusterTarget("prod", "hello")),
        (PROD, Overrides(local=True), LOCAL),
        (PROD, Overrides(context="dev"), ClusterTarget("dev", "hello")),
        (PROD, Overrides(namespace="x"), ClusterTarget("prod", "x")),
        (PROD, Overrides(kubeconfig="other"), ClusterTarget("prod", "hello", "other")),
        (PROD | {"namespace": "web"}, Overrides(), ClusterTarget("prod", "web")),
        (PROD | {"namespace": "web"}, Overrides(namespace="x"), ClusterTarget("prod", "x")),
    ],
)
def test_a_cluster_only_if_it_is_named(
    cluster: dict[str, str] | None, overrides: Overrides, target: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", "a kubeconfig with a current context")
    chosen = config(cluster=cluster) if cluster else config()
    assert choose_target(chosen, "hello", overrides) == target


def test_a_namespace_without_a_cluster_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="--namespace needs a cluster"):
        make_deploy_plan(config(), "hello", "dev", Overrides(namespace="x"))


def test_local_podman_has_neither_namespace_nor_context() -> None:
    for wanted in (Overrides(namespace="x", local=True), Overrides(context="x", local=True)):
        with pytest.raises(UsageError, match="--local is podman on this machine, which has no"):
            make_deploy_plan(config(cluster=PROD), "hello", "dev", wanted)


def test_a_cluster_needs_a_registry() -> None:
    with pytest.raises(UsageError, match="context prod cannot pull localhost/hello") as failure:
        make_deploy_plan(config(cluster=PROD), "hello", "dev", Overrides())
    assert "image.repository" in failure.value.hint


def test_local_takes_the_image_without_a_registry_even_if_there_is_one() -> None:
    both = config(cluster=PROD, image={"repository": REPOSITORY})
    plan = make_deploy_plan(both, "hello", "dev", Overrides(local=True))
    assert plan.delivery == StorePlan("localhost/hello")


def test_a_cluster_takes_the_image_from_the_registry() -> None:
    plan = make_deploy_plan(config(cluster=PROD, image={"repository": REPOSITORY}), "hello", "dev", Overrides())
    assert plan.delivery == RegistryPlan(REPOSITORY, "", insecure=False)


@pytest.mark.parametrize(("overrides", "seconds"), [(Overrides(), 90.0), (Overrides(timeout=7.0), 7.0)])
def test_the_timeout_of_the_command_line_wins(overrides: Overrides, seconds: float) -> None:
    assert make_deploy_plan(config(deploy={"timeout": "1m30s"}), "hello", "dev", overrides).timeout == seconds


@pytest.mark.parametrize(
    ("repository", "loopback"),
    [
        ("localhost/hello", True),
        ("localhost:5000/hello", True),
        ("127.0.0.1:5000/hello", True),
        ("127.8.0.1/hello", True),
        ("[::1]:5000/hello", True),
        ("[::1]/hello", True),
        ("registry.example.com/hello", False),
        ("registry.example.com:5000/hello", False),
        ("10.0.0.1:5000/hello", False),
        ("[fe80::1]:5000/hello", False),
        ("localhost.example.com/hello", False),
        ("127.0.0.1.example.com/hello", False),
        ("example.com/localhost/hello", False),
    ],
)
def test_plain_http_is_fine_on_loopback_only(repository: str, loopback: bool) -> None:
    assert is_loopback(repository) is loopback


def test_insecure_can_be_asked_for() -> None:
    image = {"repository": REPOSITORY, "insecure": True}
    plan = delivery_plan(config(image=image), "hello", "dev", Overrides())
    assert plan == RegistryPlan(REPOSITORY, "", insecure=True)


@pytest.mark.parametrize(
    ("tag", "version", "pushed"),
    [
        ("{version}", "v1.2.3", "v1.2.3"),
        ("{version}", "v1.2.3-4-gabc-dirty", "v1.2.3-4-gabc-dirty"),
        ("{version}", "release/1+build", "release_1_build"),
        ("{version}", "größe", "gr__e"),
        ("{version}", "v" * 200, "v" * 128),
        ("prod-{version}", "dev", "prod-dev"),
        ("stable", "v1.2.3", "stable"),
    ],
)
def test_the_tag_holds_the_version(tag: str, version: str, pushed: str) -> None:
    plan = delivery_plan(config(image={"repository": REPOSITORY, "tag": tag}), "hello", version, Overrides())
    assert isinstance(plan, RegistryPlan)
    assert plan.tag == pushed


def test_without_a_repository_the_image_stays_here() -> None:
    assert delivery_plan(config(), "hello", "dev", Overrides()) == StorePlan("localhost/hello")
