"""What left the configuration leaves the cluster: found by our labels, deleted only if it is ours alone.

There is no second inventory that could be wrong. Of the kinds that the history and the new set name: objects with our
labels that are not in the new set, that our manager applied, and that nobody else owns (sharing.py). Objects with
their content's hash in their name live as long as a stored release or a ReplicaSet names them.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Any

from slimdeploy.artifacts.deploy import Action, Change, ObjectRef
from slimdeploy.artifacts.release import Record
from slimdeploy.deploy.releasing.lease import Held
from slimdeploy.deploy.releasing.record import COMPONENT, is_hashed
from slimdeploy.deploy.releasing.sharing import edited, is_by_hand, sharing
from slimdeploy.errors import CleanupIncomplete, PolicyRefused
from slimdeploy.events import Step
from slimdeploy.manifests.labels import PART_OF, labels, selector
from slimdeploy.records import frozen
from slimdeploy.tools.kube import MANAGER, Kube

NEVER = frozenset({"Namespace", "PersistentVolumeClaim", "CustomResourceDefinition"})
LAST = ("Deployment", "Job", "CronJob", "Service", "Secret", "ConfigMap", "ServiceAccount")
"""What others need goes after those; everything else (autoscalers, ingresses, budgets) goes first."""
WORKLOADS = frozenset({"Deployment", "Job", "CronJob"})
WAIT_SECONDS = 30.0
LOOK_SECONDS = 0.25


@frozen
class Found:
    """One object that carries our labels, as its metadata says."""

    ref: ObjectRef
    metadata: Mapping[str, Any]

    @property
    def held_by(self) -> tuple[str, ...]:
        """The finalizers of an object that is being deleted."""
        return tuple(self.metadata.get("finalizers") or ()) if "deletionTimestamp" in self.metadata else ()

    @property
    def is_applied(self) -> bool:
        """Whether it is we who applied it."""
        entries = self.metadata.get("managedFields") or ()
        return any(entry["manager"] == MANAGER and entry["operation"] == "Apply" for entry in entries)


@frozen
class Survey:
    """What is there and not wanted: to be deleted, to be deleted once nothing names it, or kept for a reason."""

    prune: tuple[Found, ...] = ()
    hashed: tuple[Found, ...] = ()
    kept: tuple[str, ...] = ()

    @property
    def changes(self) -> tuple[Change, ...]:
        """Those to be deleted, as changes."""
        return tuple(Change(found.ref, Action.PRUNED, (), {}) for found in self.prune)

    @property
    def lost(self) -> tuple[str, ...]:
        """What people changed of those, and nobody will make again."""
        said = ((found.ref, edited(found.metadata)) for found in self.prune)
        return tuple(f"{ref} is pruned with what was done to it by hand: {what}" for ref, what in said if what)


def look(wanted: frozenset[ObjectRef], records: tuple[Record, ...], app: str, kube: Kube) -> Survey:
    """Everything that carries our labels, by one request a kind. Raises PolicyRefused for an empty set."""
    if not wanted:
        raise PolicyRefused(f"{app} would have no objects at all", hint="slimdeploy down removes an app")
    kinds = {ref.kind for ref in wanted} | {kind for each in records for kind in each.facts.kinds}
    return survey(found(app, kinds, kube), wanted)


def found(app: str, kinds: Iterable[str], kube: Kube) -> tuple[Found, ...]:
    """All objects of these kinds with our labels, but for the history, in the order in which they may go."""
    namespace = kube.target.namespace
    there = (
        Found(ObjectRef(kind, item["metadata"]["name"], namespace), item["metadata"])
        for kind in sorted(set(kinds) - {"Namespace"})
        for item in kube.described(kind, namespace, labels(app))
    )
    ours = (each for each in there if COMPONENT not in each.metadata["labels"])
    return tuple(sorted(ours, key=lambda each: LAST.index(each.ref.kind) + 1 if each.ref.kind in LAST else 0))


def survey(there: Iterable[Found], wanted: frozenset[ObjectRef]) -> Survey:
    """Pure part of `look`."""
    ours: dict[bool, list[Found]] = {True: [], False: []}
    kept: list[str] = []
    for each in there:
        if each.ref in wanted or each.metadata.get("ownerReferences"):
            continue
        if reason := why_kept(each):
            kept.append(f"{each.ref} is kept: {reason}")
        else:
            ours[is_hashed({"metadata": each.metadata})].append(each)
    return Survey(tuple(ours[False]), tuple(ours[True]), tuple(kept))


def why_kept(each: Found, *, down: bool = False) -> str:
    """Why this one is not ours to delete; empty when it is. From `down` only who applies it, too, keeps it."""
    entries = sharing(each.metadata)
    others = sorted({entry["manager"] for entry in entries})
    if "deletionTimestamp" in each.metadata:
        waits = ", ".join(each.held_by) or "its dependents"
        return f"it is being deleted since {each.metadata['deletionTimestamp']}, and waits for {waits}"
    if not each.is_applied:
        return f"it carries our labels, but was made by {', '.join(others) or 'somebody else'}"
    keeping = [entry for entry in entries if (entry["operation"] == "Apply" if down else not is_by_hand(entry))]
    if others := sorted({entry["manager"] for entry in keeping}):
        return f"{', '.join(others)} manages it, too"
    if each.ref.kind in NEVER:
        return f"a {each.ref.kind} is never deleted by itself, since data would go with it"
    return ""


def due(survey: Survey, records: tuple[Record, ...], held: Held) -> tuple[Found, ...]:
    """What is to be deleted now. `records` are the stored releases: what they name may be needed again."""
    return (*survey.prune, *_unnamed(survey.hashed, records, held))


def prune(due: Iterable[Found], held: Held, step: Step, *, seconds: float = WAIT_SECONDS) -> tuple[ObjectRef, ...]:
    """Delete exactly what was seen, and wait until it is gone. Raises CleanupIncomplete, after all the others went."""
    gone: list[Found] = []
    for each in due:
        held.check()
        metadata = each.metadata
        foreground = each.ref.kind in WORKLOADS
        exactly = metadata["uid"], metadata["resourceVersion"]
        if held.kube.delete(each.ref, *exactly, foreground=foreground) or _again(each, held, foreground=foreground):
            gone.append(each)
    wait_gone(gone, held.kube, step, seconds)
    return tuple(each.ref for each in gone)


def wait_gone(gone: Iterable[Found], kube: Kube, step: Step, seconds: float = WAIT_SECONDS) -> None:
    """Until none of these very objects is there. Raises CleanupIncomplete with what holds them; no finalizer is cut."""
    deadline = time.monotonic() + seconds
    while left := [(each, live) for each in gone if (live := _still(each, kube))]:
        if time.monotonic() > deadline:
            names = [f"{each.ref}: {', '.join(live.get('finalizers') or ['no finalizer'])}" for each, live in left]
            raise CleanupIncomplete(
                f"deleted, but not gone after {seconds:g} s: {', '.join(str(each.ref) for each, _ in left)}",
                details=("what they wait for (finalizers):", *names),
                hint="whoever set a finalizer has to act on it; slimdeploy never removes one",
            )
        step.waiting(f"{len(left)} left")
        time.sleep(LOOK_SECONDS)


def _still(each: Found, kube: Kube) -> Mapping[str, Any] | None:
    live = kube.get(each.ref)
    same = live is not None and live["metadata"]["uid"] == each.metadata["uid"]
    return live["metadata"] if live and same else None


def _again(each: Found, held: Held, *, foreground: bool) -> bool:
    """It changed between the look and the deletion: looked at once more, and kept unless it is still ours alone."""
    live = held.kube.get(each.ref)
    if live is None or live["metadata"]["uid"] != each.metadata["uid"]:
        return False
    now = Found(each.ref, live["metadata"])
    if why_kept(now):
        return False
    return held.kube.delete(each.ref, now.metadata["uid"], now.metadata["resourceVersion"], foreground=foreground)


def _unnamed(hashed: tuple[Found, ...], records: tuple[Record, ...], held: Held) -> tuple[Found, ...]:
    """Those that no stored release and no ReplicaSet names: either may come back."""
    named = {name for each in records for name in each.facts.hashed}
    rest = tuple(each for each in hashed if str(each.ref) not in named)
    if not rest:
        return ()
    wanted = (selector(held.app), {PART_OF: held.app})  # the app's own, and those of its further processes
    sets = [each for labels in wanted for each in held.kube.replica_sets(held.ref.namespace, labels)]
    used = frozenset(text for each in sets for text in strings(each["spec"]["template"]))
    return tuple(each for each in rest if each.ref.name not in used)


def strings(value: object) -> Iterable[str]:
    """Every string in it, at any depth: a name that is used is among them."""
    if isinstance(value, str):
        yield value
    children = value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else ()
    for each in children:
        yield from strings(each)
