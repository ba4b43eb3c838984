"""Image -> Delivered, wherever the plan says: a registry, the nodes of a cluster, or podman's store."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.artifacts.build import Delivered, Image
from slimdeploy.artifacts.deploy_plan import DeliveryPlan, NodePlan, RegistryPlan
from slimdeploy.events import Step
from slimdeploy.tools.lines import LineSink
from slimdeploy.tools.skopeo import Skopeo


def hand_over(
    plan: DeliveryPlan, image: Image, step: Step, *, work: Path, on_line: LineSink, new: bool = False
) -> Delivered:
    """The image where it will run, under its digest. Nobody is asked whether a `new` one is there already.

    Each way is imported only where it is gone: nothing else happens meanwhile.
    """
    if isinstance(plan, RegistryPlan):
        from slimdeploy.deliver import registry

        return registry.push(plan, image, Skopeo(plan.insecure, on_line), step, new=new)
    if isinstance(plan, NodePlan):
        from slimdeploy.deliver import nodes

        return nodes.load(plan, image, work, on_line)
    from slimdeploy.deliver import store
    from slimdeploy.tools.podman import Podman, local_engine

    return store.load(plan, image, Skopeo(on_line=on_line), Podman(local_engine()))
