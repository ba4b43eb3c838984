"""The Kubernetes target: dry-run the whole set, make a release of what differs, and take it all down again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from typing import Any

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy import Changes, Manifests, ObjectRef, Release
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.artifacts.release import Order, Record
from slimdeploy.artifacts.status import Status
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deploy.destination import DebugWish, LogLine, LogWish, PortPair, Session
from slimdeploy.deploy.operating import choosing, debugging, inspection, restarting, tailing
from slimdeploy.deploy.operating.forwarding import Forward, running
from slimdeploy.deploy.releasing import history, making, references, removal, returning
from slimdeploy.deploy.releasing.serving import Intent, Site
from slimdeploy.errors import InternalError, NotAllowed
from slimdeploy.events import Note, Report, Step
from slimdeploy.manifests.ages import Version, parse
from slimdeploy.manifests.render import render
from slimdeploy.tools.kube import Kube


class Cluster:
    """One app in one namespace of one cluster."""

    def __init__(self, plan: WorkloadPlan, target: ClusterTarget, kube: Kube, timeout: float) -> None:
        self.plan = plan
        self.target = target
        self.kube = kube
        self.timeout = timeout

    def manifests(self, image: str) -> Manifests:
        """The objects for this image."""
        return render(self.plan, self.target.namespace, image, self._server)

    @cached_property
    def _server(self) -> Version | None:
        """The API server's version, by one request of 3 ms; None, which is the newest, if it is a secret."""
        with suppress(NotAllowed):
            return parse(self.kube.version())
        return None

    def diff(self, image: str) -> Changes:
        """Server-side dry-run of the whole set, and what would be pruned."""
        return self._site(lambda _: None).compare(Intent.whole(self.manifests(image), image)).changes

    def release(self, changes: Changes, delivered: Delivered, order: Order, report: Report) -> Release:
        """Make a release of what differs; without any difference only look whether it serves."""
        if not isinstance(delivered, Delivered):
            raise InternalError("nothing is applied before its image is delivered")
        if changes.pending:
            references.check(self.plan.existing, self.target.namespace, self.kube)
        self.kube.hide(each.value for each in self.plan.secrets)
        manifests = self.manifests(delivered.reference)
        for line in manifests.left_out if changes.pending else ():
            report(Note(f"left out: {line}"))
        intent = Intent.whole(manifests, delivered.reference)
        done = making.ensure(self._site(report), intent, changes, order)
        return replace(done, url=self.plan.expose.url) if self.plan.expose else done

    def rollback(self, number: int | None, order: Order, report: Report) -> Release:
        """Make a release of a former one."""
        return returning.rollback(self._site(report), number, order)

    def history(self) -> tuple[Record, ...]:
        """The releases so far, the newest first, each looked through."""
        return history.checked(self.plan.app, self.kube)

    def between(self, one: int, other: int) -> Changes:
        """What going from one release to another changes."""
        return returning.between(self.plan.app, self.kube, one, other)

    def status(self) -> Status:
        """What runs, what ran, and what is not as it was released."""
        return inspection.status(self.plan, self.kube)

    def copies(self, process: str) -> tuple[str, ...]:
        """The names of the pods."""
        return tuple(pod["metadata"]["name"] for pod in self._pods(process))

    def logs(self, wish: LogWish, sink: Callable[[LogLine], bool]) -> None:
        """The lines of all pods."""
        tail = tailing.follow if wish.follow else tailing.once
        tail(lambda: self._pods(wish.process), self.kube, wish, sink)

    def restart(self, process: str, order: Order, step: Step) -> int:
        """New pods of the same release."""
        return restarting.restart(self.plan, self._site(step.report), process, order, step=step)

    def port_forward(self, ports: Sequence[PortPair], process: str, say: Callable[[str], None]) -> None:
        """Over the API server, until we are stopped."""
        self._pods(process)  # a process that is not there is known before anybody connects
        if said := inspection.expectation(self.plan.app, self.kube):
            say(f"warning: {said}; connections are refused until that changes")

        def candidates(port: int) -> list[Mapping[str, Any]]:
            return choosing.behind(running(self._pods(process)), port, self.plan.app)

        Forward(self.kube, candidates, say).serve(ports)

    def debug(self, wish: DebugWish, step: Step) -> Session:
        """An ephemeral container in a pod."""
        found = self._pods(wish.process)
        if not found:
            raise inspection.not_deployed(self.plan.app, self.kube)
        return debugging.start(found, self.kube, wish, step)

    def _pods(self, process: str) -> list[Mapping[str, Any]]:
        return choosing.chosen(inspection.pods(self.plan.app, self.kube), process, self.plan)

    def down(self, order: Order, volumes: bool, step: Step) -> tuple[ObjectRef, ...]:  # noqa: FBT001
        """Delete what we made, the history and volumes (if wanted), too, and wait for the pods."""
        return removal.down(self._site(step.report), self.manifests(""), order, step=step, volumes=volumes)

    def _site(self, report: Report) -> Site:
        return Site(self.plan.app, self.kube, self.timeout, report)
