"""A conflict as a table, in the server's notation of fields; and keys of slim.toml behind fields."""

from __future__ import annotations

from typing import Any

import pytest

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.deploy.comparing.conflicts import NOTHING, described, value_at
from slimdeploy.deploy.comparing.origin import key_of
from slimdeploy.deploy.comparing.refusals import joined, placed
from slimdeploy.errors import ApiRejected, FieldConflict, Unreachable
from slimdeploy.manifests.render import render
from slimdeploy.tools.kube_errors import Conflict, Invalid
from tests.unit.samples import IMAGE, workload

SERVICE, DEPLOYMENT = render(workload(), "web", IMAGE).objects[-2:]
REF = ObjectRef.of(DEPLOYMENT)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (".spec.replicas", 2),
        ('.spec.template.spec.containers[name="hello"].image', IMAGE),
        ('.spec.template.spec.containers[name="hello"].ports[containerPort=8080,protocol="TCP"].name', "http"),
        ('.spec.template.spec.containers[name="hello"].env[name="PORT"].value', "8080"),
        (".metadata.labels.app.kubernetes.io/name", "hello"),
        ('.spec.template.spec.containers[name="other"].image', NOTHING),
        (".spec.template.spec.containers[0].name", "hello"),
        (".spec.template.spec.containers[7].name", NOTHING),
        ('.spec.template.spec.containers[name="hello"].securityContext.capabilities.drop[="ALL"]', "ALL"),
        (".spec.nothing.there", NOTHING),
        (".spec.replicas.there", NOTHING),
        (".spec[", NOTHING),
    ],
)
def test_a_field_is_found_by_the_name_that_the_server_gives_it(path: str, value: object) -> None:
    assert value_at(path, DEPLOYMENT) == value


def test_a_port_without_protocol_is_found() -> None:
    live = {"spec": {"ports": [{"port": 80, "name": "http"}]}}
    assert value_at('.spec.ports[port=80,protocol="TCP"].name', live) == "http"


def conflict(live: dict[str, Any], *conflicts: Conflict) -> FieldConflict:
    return described(REF, conflicts, live, DEPLOYMENT)


def test_the_table_says_who_has_what_and_the_ways_out() -> None:
    image = '.spec.template.spec.containers[name="hello"].image'
    container = {"name": "hello", "image": "other"}
    live = {"spec": {"replicas": 5, "template": {"spec": {"containers": [container]}}}}
    error = conflict(
        live, Conflict(".spec.replicas", "kube-controller-manager", "scale"), Conflict(image, "kubectl-edit")
    )
    head, copies, program = error.details
    assert head.split() == ["field", "managed", "by", "has", "would", "be"]
    assert copies.split() == [".spec.replicas", "kube-controller-manager", "(scale)", "5", "2"]
    assert program.split()[:3] == [image, "kubectl-edit", '"other"']
    assert max(map(len, error.details)) < 200
    assert "what they have: deploy.replicas\n" in error.hint
    assert "deploy.autoscale" in error.hint
    assert "--force-conflicts" in error.hint


def test_no_password_is_in_the_table() -> None:
    path = '.spec.template.spec.containers[name="hello"].env[name="DB_PASSWORD"].value'
    env = [{"name": "DB_PASSWORD", "value": "hunter2"}]
    live = {"spec": {"template": {"spec": {"containers": [{"name": "hello", "env": env}]}}}}
    assert "hunter2" not in "\n".join(conflict(live, Conflict(path, "kubectl")).details)


@pytest.mark.parametrize(
    ("path", "key"),
    [
        (".spec.replicas", "deploy.replicas"),
        ('.spec.template.spec.containers[name="hello"].env[name="A_B"].value', "app.env.A_B"),
        ("spec.template.spec.containers[0].env[2].name", "app.env"),
        ("spec.template.spec.containers[0].resources.limits.memory", "deploy.resources.memory"),
        ("spec.template.spec.containers[0].resources.requests", "deploy.resources"),
        ("spec.template.spec.containers[hello].image", "image.repository"),
        ("spec.ports[0].nodePort", "app.port"),
        ("metadata.name", "app.name"),
        ("spec.strategy", ""),
        ("metadata.labels.x", ""),
    ],
)
def test_keys(path: str, key: str) -> None:
    assert key_of(path) == key


def test_a_refusal_names_the_key() -> None:
    error = Invalid("apply x", [("spec.template.spec.containers[0].image", "bad"), ("spec.y", "worse")], hint="h")
    assert placed(error).details == (
        "spec.template.spec.containers[0].image (image.repository in slim.toml): bad",
        "spec.y: worse",
    )


def test_everything_that_is_wrong_is_said_at_once() -> None:
    both = joined(
        [ApiRejected("a", details=["1"], hint="x"), Unreachable("b"), ApiRejected("c", details=["2"], hint="x")]
    )
    assert isinstance(both, ApiRejected)
    assert (both.what, both.details, both.hint) == ("2 objects cannot be applied", ("a", "  1", "c", "  2"), "x")
    first = Unreachable("b")
    assert joined([first, ApiRejected("a")]) is first
    same = ApiRejected("no namespace")
    assert joined([same, ApiRejected("no namespace")]) is same
