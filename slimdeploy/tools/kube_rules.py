"""What a user needs to be allowed for one app: the rules of a Role, exactly, and the Role itself to paste.

Derived from where each kind is kept, so that it cannot fall behind. An apply of what is missing counts as `create`
(apiserver, patch.go), one of what is there as `patch`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.manifests.render import OneLine
from slimdeploy.tools.kube_paths import PATHS

RBAC = "rbac.authorization.k8s.io"
WRITTEN = ("get", "list", "create", "patch", "delete")


@dataclass(frozen=True, order=True)
class Right:
    """One verb on one resource."""

    group: str
    resource: str
    verb: str


OPERATED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "pods/portforward", ("get", "create")),
    ("", "pods/attach", ("get", "create")),
    ("", "pods/ephemeralcontainers", ("patch",)),
)
"""What `port-forward` and `debug` need beyond all that: they reach into pods, which a pipeline has no need to."""
WATCHED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "pods", ("get", "list")),
    ("", "pods/log", ("get",)),
    ("", "events", ("list",)),
    ("apps", "replicasets", ("list",)),
)
"""What a rollout and its diagnosis read."""
RECORDED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("", "configmaps", WRITTEN),
    ("coordination.k8s.io", "leases", ("get", "create", "update", "delete")),
)
"""Where releases are recorded, and what keeps two runs apart."""
STARTED: tuple[tuple[str, str, tuple[str, ...]], ...] = (("batch", "jobs", ("get", "list")),)
"""What a CronJob makes, and `status` shows."""


def rights(kinds: Iterable[str], *, operate: bool = False) -> tuple[Right, ...]:
    """Everything that `up`, `status`, `logs`, `restart` and `down` of an app of these kinds ask for; and the others."""
    written = {kind: (*place(kind), WRITTEN) for kind in kinds}
    started, operated = STARTED if "CronJob" in written else (), OPERATED if operate else ()
    asked = (*written.values(), *WATCHED, *RECORDED, *started, *operated)
    found = {Right(group, resource, verb) for group, resource, verbs in asked for verb in verbs}
    return tuple(sorted(found))


def place(kind: str) -> tuple[str, str]:
    """API group and plural of a kind."""
    parts = PATHS[kind].split("/")
    return (parts[2] if parts[1] == "apis" else ""), parts[-1]


def rules(wanted: Iterable[Right]) -> list[dict[str, OneLine]]:
    """As RBAC writes them: what has the same group and verbs shares a rule."""
    verbs: dict[tuple[str, str], list[str]] = {}
    for right in wanted:
        verbs.setdefault((right.group, right.resource), []).append(right.verb)
    shared: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, resource), each in verbs.items():
        shared.setdefault((group, tuple(_in_order(each))), []).append(resource)
    return [
        {"apiGroups": OneLine([group]), "resources": OneLine(resources), "verbs": OneLine(each)}
        for (group, each), resources in shared.items()
    ]


def listed(some: Iterable[Right]) -> str:
    """As people read them: configmaps (get, list), deployments.apps (delete)."""
    found = ((each["apiGroups"][0], name, each["verbs"]) for each in rules(some) for name in each["resources"])
    return ", ".join(f"{name}{f'.{group}' if group else ''} ({', '.join(verbs)})" for group, name, verbs in found)


def role(name: str, namespace: str, wanted: Iterable[Right], subject: Mapping[str, str] | None) -> tuple[Manifest, ...]:
    """Role and RoleBinding; without a subject only the Role."""
    metadata = {"name": name, "namespace": namespace}
    version = f"{RBAC}/v1"
    made: dict[str, Any] = {"apiVersion": version, "kind": "Role", "metadata": metadata, "rules": rules(wanted)}
    if subject is None:
        return (made,)
    reference = {"apiGroup": RBAC, "kind": "Role", "name": name}
    bound = {"apiVersion": version, "kind": "RoleBinding", "metadata": metadata, "roleRef": reference}
    return made, bound | {"subjects": [dict(subject)]}


def subject_of(user: str) -> dict[str, str]:
    """A RoleBinding's subject for a user name, as the API server tells it."""
    parts = user.split(":")
    if parts[:2] == ["system", "serviceaccount"] and len(parts) == 4:
        return {"kind": "ServiceAccount", "namespace": parts[2], "name": parts[3]}
    return {"apiGroup": RBAC, "kind": "User", "name": user}


def _in_order(verbs: Iterable[str]) -> list[str]:
    order = ("get", "list", "watch", "create", "update", "patch", "delete")
    return sorted(verbs, key=order.index)
