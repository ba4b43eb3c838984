"""What a cluster says about itself before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.artifacts.plan import Platform
from slimdeploy.errors import NotAllowed, Unreachable
from slimdeploy.plan.delivery import LocalRegistry, local_registry

HOSTING = ObjectRef("ConfigMap", "local-registry-hosting", "kube-public")


def find_registry(target: ClusterTarget) -> LocalRegistry | None:
    """The registry that the cluster names as its own (KEP-1755), if it does, and we may read that."""
    from slimdeploy.tools.kube import Kube

    try:
        found = Kube(target).get(HOSTING)
    except NotAllowed:
        return None
    return local_registry(found.get("data") or {}) if found else None


def node_platforms(target: ClusterTarget) -> tuple[Platform, ...]:
    """What the cluster's nodes are, each kind once, sorted. Raises NotAllowed, Unreachable."""
    from slimdeploy.tools.kube import Kube

    try:
        nodes = Kube(target).nodes()
    except NotAllowed as refused:
        raise NotAllowed(
            'build.platforms = "cluster" asks for the nodes, and we may not list them',
            details=(refused.what, *refused.details),
            hint='name them instead: build.platforms = ["linux/amd64"]; or ask for the right to list nodes',
        ) from None
    kinds = {Platform(**found) for each in nodes if (found := _platform(each))}
    if not kinds:
        raise Unreachable(
            f"the cluster of context {target.context} has no linux node",
            hint='name one: build.platforms = ["linux/amd64"]',
        )
    return tuple(sorted(kinds, key=str))


def _platform(node: Mapping[str, Any]) -> dict[str, str]:
    """Its operating system and architecture, in Go's words, as the kubelet reports them; {} for another system."""
    info = node.get("status", {}).get("nodeInfo", {})
    system, architecture = info.get("operatingSystem", ""), info.get("architecture", "")
    return {"os": system, "architecture": architecture} if system == "linux" and architecture else {}
