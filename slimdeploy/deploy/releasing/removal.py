"""Takes an app down: all that carries its labels and is ours, its history and its Lease."""

from __future__ import annotations

import time
from dataclasses import dataclass

from slimdeploy.artifacts.deploy import Manifests, ObjectRef
from slimdeploy.artifacts.release import Order
from slimdeploy.deploy.releasing import history, permissions, prune
from slimdeploy.deploy.releasing.lease import held, lease_ref
from slimdeploy.deploy.releasing.prune import WORKLOADS, Found
from slimdeploy.deploy.releasing.record import marks
from slimdeploy.deploy.releasing.serving import Site
from slimdeploy.errors import CleanupIncomplete, PolicyRefused
from slimdeploy.events import Step, Warned
from slimdeploy.manifests.labels import MANAGED_BY, PART_OF, selector
from slimdeploy.tools.kube import MANAGER, Kube

DOWN_SECONDS = 60.0
VOLUMES = "PersistentVolumeClaim"


@dataclass(frozen=True)
class Inventory:
    """What would go: the app's objects, and the records of its releases."""

    objects: tuple[Found, ...]
    records: tuple[Found, ...]


def down(site: Site, manifests: Manifests, order: Order, *, step: Step, volumes: bool) -> tuple[ObjectRef, ...]:
    """Delete what we made, and wait for its pods. What others made in its name is named, and stays."""
    with permissions.told(site.app, {each["kind"] for each in manifests.objects}, site.kube):
        return _down(site, manifests, order, step=step, volumes=volumes)


def _down(site: Site, manifests: Manifests, order: Order, *, step: Step, volumes: bool) -> tuple[ObjectRef, ...]:
    if not _everything(look(site, manifests, volumes=volumes)):
        _forget_lease(site)
        return ()
    with held(site.app, site.kube, order.lock_wait) as lease:
        there = look(site, manifests, volumes=volumes)
        for each in _everything(there):
            lease.check()
            site.kube.delete(each.ref, each.metadata["uid"], foreground=each.ref.kind in WORKLOADS)
        _wait_gone(site, there.objects, step)
    return tuple(each.ref for each in there.objects)


def look(site: Site, manifests: Manifests, *, volumes: bool) -> Inventory:
    """All that would go, and a word about what would not. Raises PolicyRefused for somebody else's app of this name."""
    app, kube = site.app, site.kube
    refs = [ObjectRef.of(each) for each in manifests.objects]
    refuse_foreign(refs, kube)
    records = history.known(app, kube)
    kinds = {ref.kind for ref in refs} | {kind for each in records for kind in each.facts.kinds}
    going = []
    for each in prune.found(app, kinds, kube):
        reason = "" if volumes and each.ref.kind == VOLUMES else prune.why_kept(each)
        if "deletionTimestamp" in each.metadata or not reason:
            going.append(each)
        elif each.ref.kind == VOLUMES:
            site.report(Warned(f"{each.ref} is kept with its data; slimdeploy down --delete-volumes deletes it"))
        else:
            site.report(Warned(f"{each.ref} is kept: {reason}"))
    stored = kube.described("ConfigMap", kube.target.namespace, marks(app))
    namespace = kube.target.namespace
    entries = (Found(ObjectRef("ConfigMap", each["metadata"]["name"], namespace), each["metadata"]) for each in stored)
    return Inventory(tuple(going), tuple(entries))


def refuse_foreign(refs: list[ObjectRef], kube: Kube) -> None:
    """Objects with the names of ours that somebody else made: then it is not our app."""
    found = [(ref, live) for ref in refs if (live := kube.get(ref))]
    foreign = [str(ref) for ref, live in found if (live["metadata"].get("labels") or {}).get(MANAGED_BY) != MANAGER]
    if foreign:
        raise PolicyRefused(f"not made by slimdeploy: {', '.join(foreign)}", hint="nothing was deleted")


def _everything(there: Inventory) -> tuple[Found, ...]:
    return (*there.objects, *there.records)


def _forget_lease(site: Site) -> None:
    """Of a run that died before it made anything."""
    ref = lease_ref(site.app, site.kube.target.namespace)
    if site.kube.get(ref):
        with held(site.app, site.kube, 0.0):
            pass


def _wait_gone(site: Site, gone: tuple[Found, ...], step: Step) -> None:
    prune.wait_gone(gone, site.kube, step, DOWN_SECONDS)
    deadline = time.monotonic() + DOWN_SECONDS
    wanted = (selector(site.app), {PART_OF: site.app})  # the app's own, and those of its further processes
    while left := [pod for labels in wanted for pod in site.kube.pods(site.kube.target.namespace, labels)]:
        if time.monotonic() > deadline:
            names = ", ".join(f"pod/{pod['metadata']['name']}" for pod in left)
            raise CleanupIncomplete(f"still there after {DOWN_SECONDS:g} s: {names}", hint="run it again later")
        step.waiting(f"{len(left)} pods left")
        time.sleep(0.5)
