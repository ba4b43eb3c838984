"""What a cluster says about itself before anything is decided."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.deploy_plan import ClusterTarget, Target
from slimdeploy.artifacts.plan import Platform
from slimdeploy.errors import NotAllowed, PolicyRefused, Unreachable
from slimdeploy.events import Note, Report, ToolOutput, Warned
from slimdeploy.plan.delivery import LocalRegistry, local_registry
from slimdeploy.tools.go import host

HOSTING = ObjectRef("ConfigMap", "local-registry-hosting", "kube-public")


def find_registry(target: ClusterTarget) -> LocalRegistry | None:
    """The registry that the cluster names as its own (KEP-1755), if it does, and we may read that."""
    from slimdeploy.tools.kube import Kube

    try:
        found = Kube(target).get(HOSTING)
    except NotAllowed:
        return None
    return local_registry(found.get("data") or {}) if found else None


def platforms_of(target: Target, report: Report) -> tuple[Platform, ...]:
    """What will run it: the cluster's nodes, or this machine."""
    if isinstance(target, ClusterTarget):
        return node_platforms(target)
    report(Note(f'platforms are "cluster", and no cluster is named: it is built for this machine, {host()}'))
    return (host(),)


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


def check_nodes(target: ClusterTarget, platforms: Sequence[Platform], report: Report) -> None:
    """Whether the nodes can run what will be built. Raises PolicyRefused when none can.

    The list of nodes is optional: who may not read it, is not stopped.
    """
    from slimdeploy.tools.kube import Kube

    try:
        there = Kube(target, lambda text: report(Note(text)))
        nodes = {Platform(**found) for each in there.nodes() if (found := _platform(each))}
    except NotAllowed:
        report(ToolOutput("cluster", "we may not list the nodes: whether they can run the image is not checked"))
        return
    built = {each.architecture for each in platforms}
    unfit = sorted(each.architecture for each in nodes if each.architecture not in built)
    images, kinds = ", ".join(map(str, platforms)), sorted(map(str, nodes))
    if nodes and len(unfit) == len(nodes):
        raise PolicyRefused(
            f"no node can run an image for {images}",
            details=(f"the nodes of context {target.context} are {', '.join(kinds)}",),
            hint=f'build.platforms = "cluster" is what they are, or name them: {json.dumps(kinds)}',
        )
    if unfit:
        report(
            Warned(f"some nodes cannot run it: the image is for {images}, and there are nodes of {', '.join(kinds)}")
        )


def _platform(node: Mapping[str, Any]) -> dict[str, str]:
    """Its operating system and architecture, in Go's words, as the kubelet reports them; {} for another system."""
    info = node.get("status", {}).get("nodeInfo", {})
    system, architecture = info.get("operatingSystem", ""), info.get("architecture", "")
    return {"os": system, "architecture": architecture} if system == "linux" and architecture else {}
