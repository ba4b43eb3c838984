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
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deploy.destination import DebugWish, LogLine, LogWish, PortPair, Session, Status
from slimdeploy.deploy.operating import debugging, inspection, restarting, tailing
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
        """The Deployment and its pods."""
        return inspection.status(self.plan.app, self.target, self.kube)

    def logs(self, wish: LogWish, sink: Callable[[LogLine], bool]) -> None:
        """The lines of all pods."""
        tail = tailing.follow if wish.follow else tailing.once
        tail(self._pods, self.kube, wish, sink)

    def restart(self, step: Step) -> int:
        """New pods of the same release."""
        refs = inspection.deployment_refs(self.plan.app, self.kube)
        return restarting.restart(self.plan.app, refs, self.kube, timeout=self.timeout, step=step)

    def port_forward(self, ports: Sequence[PortPair], say: Callable[[str], None]) -> None:
        """Over the API server, until we are stopped."""
        Forward(self.kube, lambda: running(self._pods()), say).serve(ports)

    def debug(self, wish: DebugWish, step: Step) -> Session:
        """An ephemeral container in a pod."""
        return debugging.start(self._pods(), self.kube, wish, step)

    def _pods(self) -> Sequence[Mapping[str, Any]]:
        return inspection.pods(self.plan.app, self.kube)

    def down(self, order: Order, volumes: bool, step: Step) -> tuple[ObjectRef, ...]:  # noqa: FBT001
        """Delete what we made, the history and volumes (if wanted), too, and wait for the pods."""
        return removal.down(self._site(step.report), self.manifests(""), order, step=step, volumes=volumes)

    def _site(self, report: Report) -> Site:
        return Site(self.plan.app, self.kube, self.timeout, report)
