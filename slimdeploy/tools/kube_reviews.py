"""What the API server says about us: who we are, and what we may do. Questions, of which nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from slimdeploy.tools.kube_rules import Right
from slimdeploy.tools.kube_wire import Wire

AUTHORIZATION = "/apis/authorization.k8s.io/v1"
SELF = "/apis/authentication.k8s.io/v1/selfsubjectreviews"


def missing_rights(wanted: Iterable[Right], namespace: str, wire: Wire) -> tuple[Right, ...]:
    """Those that we have not: one question for all, then one for each that the first answer does not show."""
    body = _review("SelfSubjectRulesReview", {"namespace": namespace})
    answer = wire.question(f"{AUTHORIZATION}/selfsubjectrulesreviews", body)
    granted = answer.get("status", {}).get("resourceRules") or []
    open_ones = [right for right in wanted if not any(covers(rule, right) for rule in granted)]
    return tuple(right for right in open_ones if not _allowed(right, namespace, wire))


def covers(rule: Mapping[str, Any], right: Right) -> bool:
    """Whether a rule grants a right on every object; `*` stands for all."""
    if rule.get("resourceNames"):
        return False
    asked = {"apiGroups": right.group, "resources": right.resource, "verbs": right.verb}
    return all({"*", value} & set(rule.get(key) or ()) for key, value in asked.items())


def who_we_are(wire: Wire) -> str:
    """Our user name there; empty on a server before 1.28."""
    answer = wire.question(SELF, {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"})
    return str(answer.get("status", {}).get("userInfo", {}).get("username", ""))


def _allowed(right: Right, namespace: str, wire: Wire) -> bool:
    resource, _, subresource = right.resource.partition("/")
    attributes = {"namespace": namespace, "verb": right.verb, "group": right.group, "resource": resource}
    if subresource:
        attributes["subresource"] = subresource
    body = _review("SelfSubjectAccessReview", {"resourceAttributes": attributes})
    answer = wire.question(f"{AUTHORIZATION}/selfsubjectaccessreviews", body)
    return bool(answer.get("status", {}).get("allowed"))


def _review(kind: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    return {"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec}
