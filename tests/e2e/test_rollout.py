"""Waiting for releases of a real cluster: when one counts as done, and what others may do meanwhile."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from typing import Any

import pytest

from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.deploy.rollout.rollout import Rollout, wait, wait_all
from slimdeploy.deploy.rollout.steadiness import UNPROBED_SECONDS
from slimdeploy.errors import RolloutFailed
from slimdeploy.events import Step, Waiting
from slimdeploy.tools.kube import Kube
from tests.cluster.cluster import Cluster
from tests.cluster.registry import Registry
from tests.e2e.failures.images import push_breaks
from tests.e2e.failures.running import apply
from tests.e2e.failures.scenarios import Scenario, unprobed

SERVES = Scenario("serves", "", "", "", argument="serve", timeout=120.0)
EXITS = replace(SERVES, argument="exit")


@pytest.fixture(scope="module")
def image(cluster: Cluster, registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A program that serves, or fails as it is told to."""
    del cluster
    return push_breaks(tmp_path_factory.mktemp("rollout"), registry.address)


@pytest.fixture
def kube(cluster: Cluster, namespace: str) -> Kube:
    return Kube(ClusterTarget(cluster.context, namespace, str(cluster.kubeconfig)))


@pytest.fixture
def said() -> list[str]:
    """What was said while it waited."""
    return []


@pytest.fixture
def step(said: list[str]) -> Step:
    def report(event: Any) -> None:
        if isinstance(event, Waiting):
            said.append(event.state)

    return Step("rollout", report)


def test_an_autoscaler_may_change_the_replicas_meanwhile(
    kube: Kube, cluster: Cluster, namespace: str, image: str, step: Step
) -> None:
    wanted = apply(SERVES, kube, namespace, image=image)
    cluster.kubectl("scale", "deployment", "breaks", "-n", namespace, "--replicas=2")
    assert wait(wanted, kube, step) == 2
    later = threading.Timer(0.5, cluster.kubectl, ("scale", "deployment", "breaks", "-n", namespace, "--replicas=3"))
    second = apply(replace(SERVES, plan={"env": (("A", "b"),), "replicas": 2}), kube, namespace, image=image)
    later.start()
    assert wait(second, kube, step) in {2, 3}
    later.join()


def test_several_deployments_are_waited_for_together(
    kube: Kube, namespace: str, image: str, step: Step, said: list[str]
) -> None:
    good = [apply(SERVES, kube, namespace, image=image, app=name) for name in ("web", "api")]
    assert wait_all(good, kube, step) == (1, 1)
    assert any("web: " in line and "api: 0/1 ready" in line for line in said), said
    bad = apply(EXITS, kube, namespace, image=image, app="worker")
    with pytest.raises(RolloutFailed, match="deployment/worker") as failure:
        wait_all([*good, bad], kube, step)
    assert failure.value.kind == "Error"


def test_a_worker_without_probes_is_watched_for_a_moment(
    kube: Kube, namespace: str, image: str, step: Step, said: list[str]
) -> None:
    wanted = apply(replace(SERVES, edit=unprobed), kube, namespace, image=image)
    started = time.monotonic()
    assert wait(wanted, kube, step) == 1
    assert time.monotonic() - started >= UNPROBED_SECONDS - 1.0, "startedAt is in whole seconds"
    assert any("watched for" in line for line in said), said


def test_an_unchanged_release_that_still_crashes_fails_again(
    kube: Kube, namespace: str, image: str, step: Step
) -> None:
    wanted = apply(replace(EXITS, edit=unprobed), kube, namespace, image=image)
    for _ in range(2):
        with pytest.raises(RolloutFailed, match="exit code 1"):
            wait(wanted, kube, step)


def test_no_copies_are_wanted_and_none_is_waited_for(kube: Kube, namespace: str, image: str, step: Step) -> None:
    assert wait(apply(replace(SERVES, plan={"replicas": 0}), kube, namespace, image=image), kube, step) == 0


def test_a_controller_that_does_nothing_is_not_the_releases_fault(
    kube: Kube, namespace: str, image: str, step: Step, said: list[str]
) -> None:
    wanted = apply(SERVES, kube, namespace, image=image)
    assert wait(wanted, kube, step) == 1
    said.clear()
    with pytest.raises(RolloutFailed, match="controller has not looked at this in") as failure:
        wait(Rollout(wanted.ref, 99, image, 2.0), kube, step)
    assert not failure.value.ours
    assert set(said) == {"the Deployment controller is to look at it"}, "the pods that serve are the release's before"


def test_an_api_server_that_is_away_for_a_moment_ends_nothing(
    kube: Kube, namespace: str, image: str, step: Step, said: list[str]
) -> None:
    wanted, there = apply(replace(SERVES, edit=unprobed), kube, namespace, image=image), kube.server
    kube.server, kube.patient = "https://127.0.0.1:1", False
    threading.Timer(2.0, setattr, (kube, "server", there)).start()
    assert wait(wanted, kube, step) == 1
    assert "the API server does not answer" in said
