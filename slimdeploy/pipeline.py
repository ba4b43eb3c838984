"""The chain, in order. Read this page first.

    slim.toml -> Config -> plans -> Binary -> StaticBinary -> RootFilesystem -> Image -> Delivered
                             plans + Image -> Manifests -> Changes + Delivered -> Release

Each verb is a prefix of the chain. go begins before anything is read (facts/head_start.py). What else can overlap does
so here and in building.py: while go compiles, the registry is asked and the API client connected; and so on.
"""

from __future__ import annotations

from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from slimdeploy.artifacts.build import Delivered, Image
from slimdeploy.artifacts.deploy_plan import (
    ClusterTarget,
    DeliveryPlan,
    DeployPlan,
    Planned,
    RegistryPlan,
    StorePlan,
    Target,
)
from slimdeploy.events import Report, Step, Valve, step
from slimdeploy.facts.host import check_host
from slimdeploy.imaging import make_image
from slimdeploy.plan.delivery import LocalRegistry
from slimdeploy.plan.deploy import choose_target, delivery_plan, make_deploy_plan
from slimdeploy.reading import contents
from slimdeploy.tools.running import end_all
from slimdeploy.workbench import Bench, Built, Request, bench, own_registry

if TYPE_CHECKING:  # and imported where they are used: an unchanged run is 0.1 s shorter without them
    from slimdeploy.artifacts.deploy import Changes, Manifests, Release
    from slimdeploy.deliver.file import OutputImage
    from slimdeploy.deploy.destination import Destination
    from slimdeploy.deploy.podman.container import Wish
    from slimdeploy.deploy.podman.foreground import End


def build(request: Request, report: Report, copy: OutputImage | None = None) -> Built:
    """Source -> image on disk, and a copy of it where it was asked for."""
    with bench(request, report) as here:
        plan, image = delivery(request, here), make_image(here)
        if copy:
            from slimdeploy.deliver import file

            with step(report, "write") as running:
                name = f"{plan.repository}:{(plan.tag if isinstance(plan, RegistryPlan) else '') or 'latest'}"
                running.summary = file.write(copy, image, name, partial(here.line, "skopeo"))
        return Built(image, plan.repository)


def push(request: Request, report: Report) -> Delivered:
    """Source -> image in the registry; without image.repository, in podman's store."""
    with bench(request, report) as here:
        plan = delivery(request, here, found=own_registry(request, here))
        return deliver(plan, wanted_image(plan, here), here)


def render(request: Request, report: Report) -> Manifests:
    """Source -> manifests. No cluster is asked, nothing is pushed."""
    from slimdeploy.manifests.render import render as render_manifests
    from slimdeploy.patches import check_patches
    from slimdeploy.plan.workload import workload_plan

    with bench(request, report) as here:
        app = here.plan.app
        plan = check_patches(workload_plan(request.config, app, contents(request, report)), request)
        image = make_image(here)
        target = choose_target(request.config, app, request.overrides)
        namespace = target.namespace if isinstance(target, ClusterTarget) else request.overrides.namespace
        name = f"{delivery(request, here).repository}@{image.digest}"
        return render_manifests(plan, namespace, name)


def diff(request: Request, report: Report) -> Changes:
    """Source -> what `up` would change. Nothing is pushed or written."""
    from slimdeploy.deploy.connect import connect

    with bench(request, report) as here:
        plan = deploy_plan(request, here)
        there, image = connect(plan.workload, plan.target, plan.timeout, report), make_image(here)
        return changes_of(plan, image, there, request)


def plan(request: Request, report: Report) -> Planned:
    """Every decision. Nothing is compiled: the cluster is only asked if these very sources were built before."""
    from slimdeploy.deploy.connect import connect

    with bench(request, report) as here:
        decided, image = deploy_plan(request, here), here.known()
        if image is None:
            return Planned(here.plan, decided)
        there = connect(decided.workload, decided.target, decided.timeout, report)
        changes = changes_of(decided, image, there, request)
        return Planned(here.plan, decided, reference(decided, image), changes)


def up(request: Request, report: Report) -> Release:
    """Source -> running pods."""
    from slimdeploy.deploy.connect import connect
    from slimdeploy.facts.revision import source_revision

    with bench(request, report) as here, ThreadPoolExecutor(max_workers=2) as beside:
        plan = deploy_plan(request, here)
        connecting = beside.submit(connect, plan.workload, plan.target, plan.timeout, report)
        image = wanted_image(plan.delivery, here, plan.target)
        there = connecting.result()  # a wrong context is known before anything is uploaded
        delivering = beside.submit(deliver, plan.delivery, image, here)
        with step(report, "diff") as running:
            changes = changes_of(plan, image, there, request)
            running.summary = f"{len(changes.pending)} of {len(changes.items)} objects change"
        revision = source_revision(request.project) if changes.pending else ""
        return there.release(changes, delivering.result(), replace(request.order, revision=revision), report)


def run(request: Request, report: Report, wish: Wish) -> End:
    """Source -> a program in the foreground, until it ends."""
    from slimdeploy.deploy.podman import foreground
    from slimdeploy.plan.workload import workload_plan
    from slimdeploy.state.workspace import workspace
    from slimdeploy.tools.podman import Podman, local_engine

    with bench(request, report) as here:
        check_host(here.plan.platforms)
        plan = workload_plan(request.config, here.plan.app, contents(request, report, given=wish.env))
        foreground.check_ports(plan, wish)
        delivered = deliver(StorePlan(f"localhost/{here.plan.app}"), make_image(here), here)
    with workspace() as work:  # not the project's lock, and gone even if we are killed: it holds the values
        return foreground.run(plan, delivered, Podman(local_engine()), wish=wish, folder=work)


def wanted_image(plan: DeliveryPlan, here: Bench, target: Target | None = None) -> Image:
    """The image, made while those who will have it are asked whether they would: a no ends the build at once."""
    if here.known() is not None:
        return make_image(here)
    with ThreadPoolExecutor(max_workers=3) as beside:
        own = Valve(here.report)
        making = beside.submit(make_image, replace(here, report=own))  # first: nothing may keep go waiting
        all_of_it: list[Future[Any]] = [making]
        if isinstance(plan, RegistryPlan):
            from slimdeploy.deliver import permission

            asked = plan, here.work / "question", Step("push", here.report), partial(here.line, "skopeo")
            all_of_it.append(beside.submit(permission.ask, *asked, compiled=here.compiled))
        if isinstance(target, ClusterTarget) and not here.local.nodes:
            from slimdeploy.facts.cluster import check_nodes

            all_of_it.append(beside.submit(check_nodes, target, here.plan.platforms, here.report))
        wait(all_of_it, return_when=FIRST_EXCEPTION)
        if failures := [error for each in all_of_it if each.done() and (error := each.exception())]:
            own.shut = True
            end_all(all_of_it)
            raise failures[0]
        return making.result()


def deliver(plan: DeliveryPlan, image: Image, here: Bench) -> Delivered:
    """Image -> where it will run, under its digest."""
    from slimdeploy.deliver.hand_over import hand_over

    with step(here.report, "push" if isinstance(plan, RegistryPlan) else "load") as running:
        told = partial(here.line, "skopeo")
        delivered = hand_over(plan, image, running, work=here.work, on_line=told, new=here.is_new(image))
        running.summary = plan.repository + ("" if delivered.uploaded else ", already there")
    return delivered


def delivery(request: Request, here: Bench, *, found: LocalRegistry | None = None) -> DeliveryPlan:
    """Where the image goes when nothing is deployed."""
    return delivery_plan(request.config, here.plan.app, here.local.version, request.overrides, found=found)


def deploy_plan(request: Request, here: Bench) -> DeployPlan:
    """Every decision about the deployment, made before anything is compiled."""
    from slimdeploy.patches import check_patches

    read, found, asked = contents(request, here.report), own_registry(request, here), request.overrides
    plan = make_deploy_plan(request.config, here.plan.app, here.local.version, asked, found=found, contents=read)
    check_patches(plan.workload, request)
    if not isinstance(plan.target, ClusterTarget):
        check_host(here.plan.platforms)
    return plan


def changes_of(plan: DeployPlan, image: Image, there: Destination, request: Request) -> Changes:
    """What `up` would change. What the API server does not understand is said at its place in slim.toml."""
    from slimdeploy.patches import at_their_place

    with at_their_place(plan.workload, request):
        return there.diff(reference(plan, image))


def reference(plan: DeployPlan, image: Image) -> str:
    """The exact name of an image where it will be delivered."""
    return f"{plan.delivery.repository}@{image.digest}"
