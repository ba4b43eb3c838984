"""The local target: a `podman run` for each Deployment, made from the same plan, reached on 127.0.0.1 only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy import Action, Change, Changes, ObjectRef, Release
from slimdeploy.artifacts.deploy_plan import LocalTarget
from slimdeploy.artifacts.release import Order
from slimdeploy.artifacts.status import Status
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deploy.comparing import announcement
from slimdeploy.deploy.destination import DebugWish, LogLine, LogWish, PortPair, Session
from slimdeploy.deploy.operating import choosing
from slimdeploy.deploy.podman import looking, printing
from slimdeploy.deploy.podman.container import url
from slimdeploy.deploy.podman.no_history import NoHistory
from slimdeploy.deploy.podman.putting_back import rescued
from slimdeploy.deploy.podman.single import ASIDE, GRACE_SECONDS, Single
from slimdeploy.errors import RolloutFailed, UsageError
from slimdeploy.events import Note, Report, Step, step
from slimdeploy.manifests.labels import labels
from slimdeploy.state.places import local_folder
from slimdeploy.tools.podman import Podman


class Local(NoHistory):
    """One app as one container for each of its programs, and one that has migrated."""

    def __init__(self, plan: WorkloadPlan, target: LocalTarget, podman: Podman, timeout: float) -> None:
        self.plan = plan
        self.target = target
        self.podman = podman
        self.timeout = timeout
        self.main = Single(plan, target, podman, timeout)
        self.services = (self.main, *(self._own(each) for each in plan.processes))
        self.migration = self._own(plan.migration) if plan.migration else None

    def _own(self, plan: WorkloadPlan) -> Single:
        """A program beside the app's own; only that one's port can be asked for."""
        return Single(plan, LocalTarget(), self.podman, self.timeout)

    @property
    def all(self) -> tuple[Single, ...]:
        """In the order in which they are started."""
        return (*([self.migration] if self.migration else []), *self.services)

    def diff(self, image: str) -> Changes:
        """The containers that are there against those that would be."""
        if self.plan.kind == "cron":
            hint = "slimdeploy run runs it once; a [cluster] keeps the time"
            raise UsageError(f"{self.plan.app} is run by the clock, which local podman does not have", hint=hint)
        known = self._known()
        wanted = tuple(each.change(image, known) for each in self.all)
        names = {each.name for each in self.all} | {each.name + ASIDE for each in self.all}
        gone = (ObjectRef("Container", name, "") for name in self._ours(known) if name not in names)
        return Changes((*wanted, *(Change(ref, Action.PRUNED, (), {}) for ref in gone)))

    def release(self, changes: Changes, delivered: Delivered, order: Order, report: Report) -> Release:
        """Start them in place of the old ones, and wait until they answer; otherwise the old ones are put back."""
        if changes.pending:
            for line in announcement.lines(changes):
                report(Note(line))
            for line in self._notes():
                report(Note(line))
        try:
            self._serve(changes, report)
        except RolloutFailed as failure:
            raise rescued(failure, self.all, order, report) from None
        for each in self.services:
            if each.set_aside:
                each.forget()
        return Release("local", changes, delivered.reference, len(self.services), self.url)

    def _serve(self, changes: Changes, report: Report) -> None:
        by_ref = {change.ref: change for change in changes.pending}
        if changes.pending:
            with step(report, "apply") as running:
                running.summary = ", ".join(f"{change.ref} {change.action}" for change in changes.pending)
                for each in self.all:
                    if each.ref in by_ref:
                        each.replace(dict(by_ref[each.ref].manifest), local_folder(self.plan.app))
                    if each is self.migration:
                        each.wait(running)
                for change in changes.pending:
                    if change.action is Action.PRUNED:
                        self.podman.remove(change.ref.name, GRACE_SECONDS)
        with step(report, "rollout") as running:
            for each in self.services:
                each.wait(running)
            running.summary = self.url or ("run to its end" if self.plan.kind == "job" else "running")

    def _notes(self) -> Iterator[str]:
        if not self.podman.engine.limits:
            yield "no memory limit: as an ordinary user on cgroup v1 podman cannot set one"
        for each in self.plan.existing:
            yield f"{each.name} is not set: its value is in a cluster's Secret ({each.secret}/{each.key})"

    def status(self) -> Status:
        """The containers."""
        return looking.status(self.plan, self.all, self.podman)

    def copies(self, process: str) -> tuple[str, ...]:
        """The names of the containers."""
        known = self._known()
        return tuple(each.name for each in self._chosen(process) if each.name in known)

    def logs(self, wish: LogWish, sink: Callable[[LogLine], bool]) -> None:
        """The containers' lines."""
        if wish.previous:
            raise UsageError("podman keeps the lines of all runs of a container together", hint="leave out --previous")
        if wish.follow:
            names = [each.name for each in self._chosen(wish.process)]
            printing.follow(names, self._known, self.podman, wish, sink=sink)
        else:
            printing.once(self.copies(wish.process), self.podman, wish, sink)

    def _chosen(self, process: str) -> list[Single]:
        choosing.check(process, self.plan)
        return [each for each in self.all if process in {"", each.plan.process or each.plan.app}]

    def restart(self, process: str, order: Order, step: Step) -> int:  # noqa: ARG002 - the project's lock is held
        """The same containers, started anew."""
        there = [each for each in self._chosen(process) if each in self.services and each.live() is not None]
        if not there or self.plan.kind != "service":
            raise choosing.nothing_runs(self.plan, f"{process or self.plan.app} does not run here")
        for each in there:
            self.podman.restart(each.name, GRACE_SECONDS)
            each.wait(step)
        return len(there)

    def port_forward(self, ports: Sequence[PortPair], process: str, say: Callable[[str], None]) -> None:  # noqa: ARG002
        """Not needed."""
        raise UsageError("the local target is on this machine already", hint=self.url or "it listens on no port")

    def debug(self, wish: DebugWish, step: Step) -> Session:  # noqa: ARG002
        """Podman's own command does it."""
        beside = self._chosen(wish.process or self.plan.app)[0]
        hint = f"podman run --rm -it --pid=container:{beside.name} --user={self.plan.user} {wish.image}"
        raise UsageError("the local target needs no help of ours for this", hint=hint)

    def down(self, order: Order, volumes: bool, step: Step) -> tuple[ObjectRef, ...]:  # noqa: ARG002, FBT001
        """Remove the containers, the images that were loaded for them, and what they had mounted."""
        removed: list[ObjectRef] = []
        self.main.live()
        for name, each in self._ours(self._known()).items():
            step.waiting(f"stopping {name}")
            self.podman.remove(name, GRACE_SECONDS)
            self.podman.drop_nameless(each["ImageID"])
            removed.append(ObjectRef("Container", name, ""))
        for image in self.podman.images(f"localhost/{self.plan.app}"):
            self.podman.remove_image(image)
            removed.append(ObjectRef("Image", image.removeprefix("sha256:")[:12], ""))
        for volume in self.plan.pods.volumes if volumes else ():
            if volume.claim:
                self.podman.remove_volume(f"slimdeploy-{self.plan.app}-{volume.claim}")
        shutil.rmtree(local_folder(self.plan.app), ignore_errors=True)
        return tuple(removed)

    @property
    def url(self) -> str:
        """Where the first port answers; empty for a worker."""
        return url(self.plan, self.target)

    def _known(self) -> dict[str, dict[str, Any]]:
        """What podman says about containers whose names begin as ours do."""
        return {name: each for each in self.podman.containers(self.main.name) for name in each["Names"]}

    def _ours(self, known: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Those that carry this app's labels: another one's name may begin alike."""
        own = labels(self.plan.app).items()
        return {name: each for name, each in known.items() if own <= (each.get("Labels") or {}).items()}
