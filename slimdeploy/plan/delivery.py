"""How an image gets to a cluster: through a registry, or straight into the nodes' image store.

Which one `auto` means is seen from the context's name, as kind, k3d and minikube give it; plain containerd is only ever
asked for. A registry that the cluster itself names (KEP-1755) is used when slim.toml names none.
https://github.com/kubernetes/enhancements/tree/master/keps/sig-cluster-lifecycle/generic/1755-communicating-a-local-registry
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from slimdeploy.records import frozen

CONTEXTS = re.compile("(kind|k3d)-(.+)|(minikube)")
HOSTING = "localRegistryHosting.v1"


@frozen
class LocalRegistry:
    """A cluster's own registry: `host` from this machine, `runtime` from the nodes."""

    host: str
    runtime: str


def side_load(delivery: str, context: str, *, repository: bool) -> tuple[str, str] | None:
    """What to load with, and the cluster's name there; None for a registry."""
    if delivery == "registry" or (delivery == "auto" and repository):
        return None
    if delivery != "auto":
        return delivery, context.removeprefix(f"{delivery}-")
    found = CONTEXTS.fullmatch(context)
    return (found[1] or found[3], found[2] or found[3]) if found else None


def local_registry(data: Mapping[str, str]) -> LocalRegistry | None:
    """What the ConfigMap local-registry-hosting says; None if that is nothing to use."""
    import yaml

    try:
        hosting = yaml.safe_load(data.get(HOSTING, ""))
    except yaml.YAMLError:
        return None
    host = str(hosting.get("host") or "").rstrip("/") if isinstance(hosting, dict) else ""
    if not host:
        return None
    return LocalRegistry(host, str(hosting.get("hostFromContainerRuntime") or host).rstrip("/"))
