"""The local target: one `podman run` made from the same plan as the Deployment, reached on 127.0.0.1 only."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy import Action, Change, Changes, ObjectRef, Release
from slimdeploy.artifacts.deploy_plan import LocalTarget, WorkloadPlan
from slimdeploy.artifacts.release import Order, Record
from slimdeploy.deploy import announcement
from slimdeploy.deploy.advice import advice
from slimdeploy.deploy.container import SPEC, Spec, container_spec, host_port, published, run_arguments
from slimdeploy.deploy.destination import DebugWish, Instance, LogLine, LogWish, PortPair, Session, Status
from slimdeploy.deploy.fields import field_changes
from slimdeploy.deploy.health import answer, listens
from slimdeploy.errors import PolicyRefused, RolloutFailed, UsageError
from slimdeploy.events import Note, Report, Step, step
from slimdeploy.manifests.labels import MANAGED_BY, MANAGER
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.podman import Podman

WORKER_SECONDS = 1.0
GRACE_SECONDS = 10
NO_HISTORY = UsageError("the local target keeps no history", hint="git does: check out what ran, then slimdeploy up")


class Local:
    """One app as one container."""

    def __init__(self, plan: WorkloadPlan, target: LocalTarget, podman: Podman, timeout: float) -> None:
        self.plan = plan
        self.target = target
        self.podman = podman
        self.timeout = timeout
        self.name = f"slimdeploy-{plan.app}"
        self.ref = ObjectRef("Container", self.name, "")

    def diff(self, image: str) -> Changes:
        """The container that runs against the one that would."""
        wanted, live = container_spec(self.plan, self.target, image), self._live()
        if live is None:
            return Changes((Change(self.ref, Action.CREATED, tuple(field_changes({}, wanted)), wanted),))
        changed = tuple(field_changes(self._spec(live), wanted))
        same = not changed and live["State"]["Status"] == "running"
        return Changes((Change(self.ref, Action.UNCHANGED if same else Action.CHANGED, changed, wanted),))

    def release(self, changes: Changes, delivered: Delivered, order: Order, report: Report) -> Release:  # noqa: ARG002
        """Start it in place of the old container, and wait until it answers. There is no history of that."""
        if changes.pending:
            for line in announcement.lines(changes):
                report(Note(line))
            with step(report, "apply") as running:
                running.summary = ", ".join(f"{change.ref} {change.action}" for change in changes.pending)
                self._apply(changes)
        with step(report, "rollout") as running:
            return self._rollout(changes, delivered, running)

    def rollback(self, number: int | None, order: Order, report: Report) -> Release:  # noqa: ARG002
        raise NO_HISTORY

    def history(self) -> tuple[Record, ...]:
        raise NO_HISTORY

    def between(self, one: int, other: int) -> Changes:  # noqa: ARG002
        raise NO_HISTORY

    def _apply(self, changes: Changes) -> None:
        """`podman run`, in place of the old container; its image goes, too, when a newer one has its name."""
        for change in changes.pending:
            old = self._live()
            try:
                self.podman.run(run_arguments(self.name, dict(change.manifest), self.podman.engine))
            except ToolFailed as failure:
                self.podman.remove(self.name, 0)
                raise self._explain(failure) from None
            if old is not None:
                self.podman.drop_nameless(old["Image"])

    def _rollout(self, changes: Changes, delivered: Delivered, step: Step) -> Release:
        """Wait until the health path answers. Raises RolloutFailed with the last log lines when the program ends."""
        if changes.pending and not self.podman.engine.limits:
            step.report(Note("no memory limit: as an ordinary user on cgroup v1 podman cannot set one"))
        self._wait(step)
        return Release("local", changes, delivered.reference, 1, self.url)

    def _wait(self, step: Step) -> None:
        deadline, started = time.monotonic() + self.timeout, time.monotonic()
        while reason := self._not_ready(started):
            if time.monotonic() > deadline:
                raise self._failed(f"not ready after {self.timeout:g} s: {reason}")
            step.waiting(reason)
            time.sleep(0.05)
        step.summary = self.url or "running"

    def status(self) -> Status:
        """The container."""
        live = self._live()
        if live is None:
            return Status(self.plan.app, "local", "", 0, ())
        state, spec = live["State"]["Status"], self._spec(live)
        there = Local(self.plan, published(spec), self.podman, self.timeout)
        ready, image = state == "running" and there._not_ready(0.0) is None, str(spec.get("image", ""))
        instance = Instance(self.name, "Running" if ready else state, ready, int(live.get("RestartCount", 0)), image)
        return Status(self.plan.app, "local", image, 1, (instance,), there.url)

    def logs(self, wish: LogWish, sink: Callable[[LogLine], bool]) -> None:
        """The container's lines."""
        if wish.previous:
            raise UsageError("podman keeps the lines of all runs of a container together", hint="leave out --previous")
        if self._live() is None:
            return
        since = (f"--since={round(wish.since)}s",) if wish.since else ()
        if wish.follow:
            self.podman.follow(self.name, wish.tail, *since)
        for line in self.podman.logs(self.name, wish.tail, *since).splitlines():
            if not sink(LogLine(self.name, line)):
                return

    def restart(self, step: Step) -> int:
        """The same container, started anew."""
        live = self._live()
        if live is None:
            raise UsageError(f"{self.plan.app} does not run here", hint="slimdeploy up starts it")
        self.podman.restart(self.name, GRACE_SECONDS)
        self._wait(step)
        return 1

    def port_forward(self, ports: Sequence[PortPair], say: Callable[[str], None]) -> None:  # noqa: ARG002
        """Not needed."""
        raise UsageError("the local target is on this machine already", hint=self.url or "it listens on no port")

    def debug(self, wish: DebugWish, step: Step) -> Session:  # noqa: ARG002
        """Podman's own command does it."""
        beside = f"podman run --rm -it --pid=container:{self.name} --user={self.plan.user} {wish.image}"
        raise UsageError("the local target needs no help of ours for this", hint=beside)

    def down(self, order: Order, volumes: bool, step: Step) -> tuple[ObjectRef, ...]:  # noqa: ARG002, FBT001
        """Remove the container and the images that were loaded for it."""
        removed: list[ObjectRef] = []
        if (live := self._live()) is not None:
            step.waiting("stopping the container")
            self.podman.remove(self.name, GRACE_SECONDS)
            self.podman.drop_nameless(live["Image"])
            removed.append(self.ref)
        for image in self.podman.images(f"localhost/{self.plan.app}"):
            self.podman.remove_image(image)
            removed.append(ObjectRef("Image", image.removeprefix("sha256:")[:12], ""))
        return tuple(removed)

    @property
    def url(self) -> str:
        """Where the first port answers; empty for a worker."""
        if not self.plan.ports:
            return ""
        port, health = host_port(self.target, self.plan.ports[0].number), self.plan.health
        return f"http://127.0.0.1:{port}{health.path if health and health.path else '/'}"

    def _live(self) -> dict[str, Any] | None:
        live = self.podman.inspect(self.name)
        if live and (live["Config"].get("Labels") or {}).get(MANAGED_BY) != MANAGER:
            raise PolicyRefused(f"the container {self.name} was not made by slimdeploy", hint="rename or remove it")
        return live

    def _spec(self, live: dict[str, Any]) -> Spec:
        return dict(json.loads(live["Config"]["Labels"].get(SPEC, "{}")))

    def _not_ready(self, started: float) -> str | None:
        health = self.plan.health
        if health is not None:
            reason = answer(health, host_port(self.target, health.port.number))
            if reason is None and health.kind == "http":
                return None
        else:
            reason = "running, watched for a moment" if time.monotonic() - started < WORKER_SECONDS else None
        state = (self._live() or {"State": {"Status": "removed", "ExitCode": "?"}})["State"]
        if state["Status"] not in {"running", "created", "initialized"}:
            raise self._failed(f"the program ended with exit code {state['ExitCode']}{_oom(state)}")
        return reason or (listens(state["Pid"], health.port.number) if health else None)

    def _failed(self, cause: str) -> RolloutFailed:
        lines = self.podman.logs(self.name, 10).splitlines()
        details = (f"last lines of {self.name}:", *lines) if lines else ("it printed nothing",)
        return RolloutFailed(f"{self.name}: {cause}", details=details, hint=advice(cause, [], lines))

    def _explain(self, failure: ToolFailed) -> RolloutFailed:
        last = failure.output[-1:] or ("no output",)
        if "address already in use" in failure.text:
            ports = ", ".join(str(host_port(self.target, port.number)) for port in self.plan.ports)
            hint = "end what listens there, or choose another: slimdeploy up --publish 18080"
            return RolloutFailed(f"port {ports} on 127.0.0.1 is in use", details=last, hint=hint)
        return RolloutFailed(f"podman cannot run {self.name}", details=last, hint=advice(failure.text, [], []))


def _oom(state: dict[str, Any]) -> str:
    return " (OOMKilled)" if state.get("OOMKilled") else ""
