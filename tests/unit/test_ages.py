"""What an older API server does not know is left out, and said."""

from __future__ import annotations

import kubernetes_validate
import pytest

from slimdeploy.manifests.ages import parse
from slimdeploy.manifests.render import render
from slimdeploy.plan.workload import workload_plan
from tests.unit.samples import IMAGE, config
from tests.unit.test_kinds import EVERYTHING, READ

PLAN = workload_plan(config(deploy={"migrate": {"args": ["migrate"]}}), "hello")


@pytest.mark.parametrize(
    ("text", "version"),
    [("v1.37.2", (1, 37)), ("v1.29.4-gke.1043002", (1, 29)), ("v1.28.3+k3s1", (1, 28)), ("1.30", (1, 30)), ("", None)],
)
def test_versions(text: str, version: tuple[int, int] | None) -> None:
    assert parse(text) == version


@pytest.mark.parametrize(
    ("server", "left"),
    [
        (None, []),
        ((1, 37), []),
        ((1, 29), ["lifecycle"]),
        ((1, 26), ["lifecycle", "unhealthyPodEvictionPolicy"]),
        ((1, 25), ["lifecycle", "unhealthyPodEvictionPolicy", "podFailurePolicy"]),
    ],
)
def test_what_is_left_out(server: tuple[int, int] | None, left: list[str]) -> None:
    made = render(PLAN, "web", IMAGE, server)
    every = {"lifecycle", "unhealthyPodEvictionPolicy", "podFailurePolicy"}
    assert {field for field in every if field not in str(made.objects)} == set(left)
    assert len(made.left_out) == len(left)
    assert all(any(field in line for line in made.left_out) for field in left)


CLOCK = {"job": {"schedule": "0 3 * * *", "time_zone": "Europe/Berlin"}}
EVERY = (
    workload_plan(config(**EVERYTHING), "hello", READ),
    workload_plan(config(app={"health": {"grpc": True}}), "hello"),
    workload_plan(config(app={"kind": "cron"}, deploy=CLOCK), "hello"),
    workload_plan(config(app={"kind": "job"}), "hello"),
)


@pytest.mark.parametrize("minor", range(25, 38))
def test_every_server_knows_every_field_that_is_sent(minor: int) -> None:
    """By the server's own schemas. They hold fields that are switched off yet, too: SINCE alone knows of those."""
    made = [each for plan in EVERY for each in render(plan, "web", IMAGE, (1, minor)).objects]
    assert {each["kind"] for each in made} >= {"Deployment", "CronJob", "Job", "HorizontalPodAutoscaler", "Ingress"}
    for each in made:
        kubernetes_validate.validate(each, f"1.{minor}", strict=True)


def test_a_job_without_a_field_has_another_name() -> None:
    def name(server: tuple[int, int]) -> str:
        return next(
            str(each["metadata"]["name"]) for each in render(PLAN, None, "", server).objects if each["kind"] == "Job"
        )

    assert name((1, 25)) != name((1, 37))
