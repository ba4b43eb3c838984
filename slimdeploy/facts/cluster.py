"""What a cluster says about itself before anything is decided."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.errors import NotAllowed
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
