"""Takes an app down: all that carries its labels and is ours, its history and its Lease."""

from __future__ import annotations

import time

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
from slimdeploy.records import frozen
from slimdeploy.tools.kube import MANAGER, Kube

DOWN_SECONDS = 60.0
VOLUMES = "PersistentVolumeClaim"
NEEDED = frozenset({"ServiceAccount", "ConfigMap", "Secret", VOLUMES})


@frozen
class Inventory:
    """What would go: the app's objects, and the records of its releases. `running`: workloads that are kept."""

    objects: tuple[Found, ...]
    records: tuple[Found, ...]
    kept: tuple[str, ...]
    running: tuple[ObjectRef, ...]

    @property
    def going(self) -> tuple[Found, ...]:
        """All of it. What runs on may be wanted back as it was: then the history stays."""
        return (*self.objects, *(() if self.running else self.records))


def down(site: Site, manifests: Manifests, order: Order, *, step: Step, volumes: bool) -> tuple[ObjectRef, ...]:
    """Delete what we made, and wait for its pods. What others made in its name is named, and stays."""
    with permissions.told(site.app, {each["kind"] for each in manifests.objects}, site.kube):
        return _down(site, manifests, order, step=step, volumes=volumes)


def _down(site: Site, manifests: Manifests, order: Order, *, step: Step, volumes: bool) -> tuple[ObjectRef, ...]:
    there = look(site, manifests, volumes=volumes)
    if not there.going and not there.running:
        _forget_lease(site)
        _tell(site, there)
        return ()
    with held(site.app, site.kube, order.lock_wait) as lease:
        there = look(site, manifests, volumes=volumes)
        _tell(site, there)
        for each in there.going:
            lease.check()
            site.kube.delete(each.ref, each.metadata["uid"], foreground=each.ref.kind in WORKLOADS)
        prune.wait_gone(there.objects, site.kube, step, DOWN_SECONDS)
        _refuse_to_wait(there)
        _wait_for_pods(site, step)
    return tuple(each.ref for each in there.objects)


def look(site: Site, manifests: Manifests, *, volumes: bool) -> Inventory:
    """All that would go, and why the rest would not. Raises PolicyRefused for somebody else's app of this name."""
    app, kube = site.app, site.kube
    refs = [ObjectRef.of(each) for each in manifests.objects]
    refuse_foreign(refs, kube)
    records = history.known(app, kube)
    kinds = {ref.kind for ref in refs} | {kind for each in records for kind in each.facts.kinds}
    stored = kube.described("ConfigMap", kube.target.namespace, marks(app))
    namespace = kube.target.namespace
    entries = (Found(ObjectRef("ConfigMap", each["metadata"]["name"], namespace), each["metadata"]) for each in stored)
    return sorted_out(prune.found(app, kinds, kube), tuple(entries), kube, volumes=volumes)


def sorted_out(there: tuple[Found, ...], records: tuple[Found, ...], kube: Kube, *, volumes: bool) -> Inventory:
    """What goes, and what is kept: by somebody else, or by a workload that is kept and needs it."""
    uids = frozenset(each.metadata["uid"] for each in there)
    alone = [each for each in there if not _goes_with_its_owner(each, uids)]
    kept = {each.ref: reason for each in alone if (reason := why_kept(each, volumes=volumes))}
    running = tuple(ref for ref in kept if ref.kind in WORKLOADS)
    used = frozenset(name for ref in running for name in prune.strings((kube.get(ref) or {}).get("spec")))
    for each in alone:
        if each.ref not in kept and each.ref.kind in NEEDED and each.ref.name in used:
            kept[each.ref] = f"{' and '.join(map(str, running))} needs it"
    going = tuple(each for each in alone if each.ref not in kept)
    return Inventory(going, records, tuple(f"{ref} is kept: {reason}" for ref, reason in kept.items()), running)


def why_kept(each: Found, *, volumes: bool) -> str:
    """Why this one stays; empty when it goes. What is going already is waited for."""
    if "deletionTimestamp" in each.metadata:
        return ""
    if each.ref.kind == VOLUMES:
        return "" if volumes else "its data would go with it; slimdeploy down --delete-volumes deletes it"
    owners = each.metadata.get("ownerReferences") or ()
    owned = ", ".join(str(ObjectRef(owner["kind"], owner["name"], "")) for owner in owners)
    return f"{owned} owns it" if owned else prune.why_kept(each, down=True)


def _goes_with_its_owner(each: Found, uids: frozenset[str]) -> bool:
    """What a controller made of one of these (a CronJob's Jobs), or of what is nothing to us."""
    owners = {owner["uid"] for owner in each.metadata.get("ownerReferences") or ()}
    return bool(owners & uids) or bool(owners and not each.is_applied)


def refuse_foreign(refs: list[ObjectRef], kube: Kube) -> None:
    """Objects with the names of ours that somebody else made: then it is not our app."""
    found = [(ref, live) for ref in refs if (live := kube.get(ref))]
    foreign = [str(ref) for ref, live in found if (live["metadata"].get("labels") or {}).get(MANAGED_BY) != MANAGER]
    if foreign:
        raise PolicyRefused(f"not made by slimdeploy: {', '.join(foreign)}", hint="nothing was deleted")


def _tell(site: Site, there: Inventory) -> None:
    for line in there.kept:
        site.report(Warned(line))


def _refuse_to_wait(there: Inventory) -> None:
    """Pods of a workload that is kept do not go: whoever else applies it has to let go of it first."""
    if there.running:
        names = ", ".join(map(str, there.running))
        raise CleanupIncomplete(
            f"kept, and still running: {names}",
            details=(f"removed: {', '.join(str(each.ref) for each in there.objects) or 'nothing'}",),
            hint="once nobody else manages it any more, slimdeploy down takes the rest",
        )


def _forget_lease(site: Site) -> None:
    """Of a run that died before it made anything."""
    ref = lease_ref(site.app, site.kube.target.namespace)
    if site.kube.get(ref):
        with held(site.app, site.kube, 0.0):
            pass


def _wait_for_pods(site: Site, step: Step) -> None:
    deadline = time.monotonic() + DOWN_SECONDS
    wanted = (selector(site.app), {PART_OF: site.app})  # the app's own, and those of its further processes
    while left := [pod for labels in wanted for pod in site.kube.pods(site.kube.target.namespace, labels)]:
        if time.monotonic() > deadline:
            names = ", ".join(f"pod/{pod['metadata']['name']}" for pod in left)
            raise CleanupIncomplete(f"still there after {DOWN_SECONDS:g} s: {names}", hint="run it again later")
        step.waiting(f"{len(left)} pods left")
        time.sleep(0.5)
