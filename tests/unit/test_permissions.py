"""The rights that an app needs, as a Role; and whether rules grant them."""

from __future__ import annotations

import pytest

from slimdeploy.deploy.releasing.permissions import needed
from slimdeploy.tools.kube_reviews import covers
from slimdeploy.tools.kube_rules import Right, listed, rights, rules, subject_of
from tests.unit.samples import worker, workload

WHO = {"kind": "ServiceAccount", "namespace": "ci", "name": "deployer"}


def test_a_role_has_the_kinds_that_the_app_has() -> None:
    role, binding = needed(workload(), "web", WHO).objects
    assert role["metadata"] == {"name": "hello-deployer", "namespace": "web"}
    assert binding["subjects"] == [WHO]
    assert binding["roleRef"]["name"] == role["metadata"]["name"]
    resources = {name for rule in role["rules"] for name in rule["resources"]}
    assert {"services", "serviceaccounts", "deployments", "leases", "configmaps", "pods/log"} <= resources
    assert "secrets" not in resources
    (only,) = needed(worker(), "web", None).objects
    assert "services" not in {name for rule in only["rules"] for name in rule["resources"]}


def test_what_reaches_into_pods_is_only_given_when_it_is_wanted() -> None:
    reaching = {"pods/portforward", "pods/attach", "pods/ephemeralcontainers"}
    for operate in (False, True):
        (role,) = needed(workload(), "web", None, operate=operate).objects
        assert (reaching <= {name for rule in role["rules"] for name in rule["resources"]}) is operate


def test_no_rule_is_wider_than_what_is_asked() -> None:
    wanted = rights(["Deployment", "Service", "ServiceAccount"])
    granted = {
        Right(group, name, verb)
        for rule in rules(wanted)
        for group in rule["apiGroups"]
        for name in rule["resources"]
        for verb in rule["verbs"]
    }
    assert granted == set(wanted)
    assert not {right for right in wanted if "*" in (right.group, right.resource, right.verb)}


@pytest.mark.parametrize(
    ("rule", "granted"),
    [
        ({"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get", "patch"]}, True),
        ({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}, True),
        ({"apiGroups": [""], "resources": ["deployments"], "verbs": ["patch"]}, False),
        ({"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}, False),
        ({"apiGroups": ["apps"], "resources": ["deployments/scale"], "verbs": ["patch"]}, False),
        ({"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["patch"], "resourceNames": ["x"]}, False),
        ({"verbs": ["*"], "nonResourceURLs": ["*"]}, False),
    ],
)
def test_what_a_rule_grants(rule: dict[str, list[str]], granted: bool) -> None:
    assert covers(rule, Right("apps", "deployments", "patch")) is granted


def test_missing_rights_are_listed_by_what_they_are_for() -> None:
    assert listed(
        [Right("", "pods/log", "get"), Right("apps", "deployments", "patch"), Right("apps", "deployments", "get")]
    ) == ("pods/log (get), deployments.apps (get, patch)")


@pytest.mark.parametrize(
    ("user", "subject"),
    [
        ("system:serviceaccount:ci:deployer", WHO),
        ("alice", {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "alice"}),
        ("oidc:a:b:c", {"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "oidc:a:b:c"}),
    ],
)
def test_a_binding_is_for_whoever_we_are(user: str, subject: dict[str, str]) -> None:
    assert subject_of(user) == subject
