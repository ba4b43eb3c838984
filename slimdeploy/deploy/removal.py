"""Takes an app down: what we made, in the reverse order, and waits until it is gone."""

from __future__ import annotations

import time

from slimdeploy.artifacts.deploy import Manifests, ObjectRef
from slimdeploy.errors import CleanupIncomplete, PolicyRefused
from slimdeploy.events import Step
from slimdeploy.manifests.labels import MANAGED_BY, selector
from slimdeploy.tools.kube import MANAGER, Kube

DOWN_SECONDS = 60.0


def down(app: str, manifests: Manifests, kube: Kube, step: Step) -> tuple[ObjectRef, ...]:
    """Delete what we made, the Deployment first, and wait for its pods."""
    refs = [ObjectRef.of(manifest) for manifest in reversed(manifests.objects)]
    found = [(ref, live) for ref in refs if (live := kube.get(ref))]
    foreign = [str(ref) for ref, live in found if live["metadata"].get("labels", {}).get(MANAGED_BY) != MANAGER]
    if foreign:
        raise PolicyRefused(f"not made by slimdeploy: {', '.join(foreign)}", hint="nothing was deleted")
    for ref, live in found:
        kube.delete(ref, live["metadata"]["uid"])
    _wait_gone(app, [ref for ref, _ in found], kube, step)
    return tuple(ref for ref, _ in found)


def _wait_gone(app: str, refs: list[ObjectRef], kube: Kube, step: Step) -> None:
    deadline = time.monotonic() + DOWN_SECONDS
    while left := [ref for ref in refs if kube.get(ref)] or _pods_left(app, kube):
        if time.monotonic() > deadline:
            names = ", ".join(str(ref) for ref in left)
            raise CleanupIncomplete(f"still there after {DOWN_SECONDS:g} s: {names}", hint="run it again later")
        step.waiting(f"{len(left)} left")
        time.sleep(0.5)


def _pods_left(app: str, kube: Kube) -> list[ObjectRef]:
    pods = kube.pods(kube.target.namespace, selector(app))
    return [ObjectRef("Pod", pod["metadata"]["name"], kube.target.namespace) for pod in pods]
