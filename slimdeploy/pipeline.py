"""The chain, in order. Read this page first.

    slim.toml -> Config -> plans -> Binary -> StaticBinary -> RootFilesystem -> Image -> Delivered
                             plans + Image -> Manifests -> Changes -> Applied -> Release

Each verb is a prefix of the chain. What can overlap overlaps here and nowhere else: while go compiles, the API client
is imported and connected; while the image is delivered, the whole set is dry-run.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from slimdeploy.artifacts.build import Delivered, Image, ProjectFiles, RootFilesystem, StaticBinary
from slimdeploy.artifacts.deploy import Applied, Changes, Manifests, ObjectRef, Release
from slimdeploy.artifacts.plan import ClusterTarget, DeliveryPlan, DeployPlan, RegistryPlan
from slimdeploy.build import contents
from slimdeploy.build.authorities import certificates
from slimdeploy.build.compile import compile_binary
from slimdeploy.build.files import stage_files
from slimdeploy.build.image import assemble
from slimdeploy.build.layout import read_layout
from slimdeploy.build.linkage import prove_static
from slimdeploy.build.packing import Packers
from slimdeploy.build.rootfs import collect_files
from slimdeploy.deliver import registry, store
from slimdeploy.deploy.connect import connect
from slimdeploy.deploy.destination import Destination
from slimdeploy.events import Report, megabytes, step
from slimdeploy.manifests.render import render as render_manifests
from slimdeploy.plan.deploy import choose_target, delivery_plan, make_deploy_plan, workload_plan
from slimdeploy.state.locks import locked
from slimdeploy.state.places import project_folder
from slimdeploy.tools.buildah import Buildah
from slimdeploy.tools.go import Go
from slimdeploy.tools.podman import Podman, local_engine
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.workbench import Bench, Built, Request, bench, name_of

LOOK_SECONDS = 60.0
"""How long verbs that deploy nothing wait for anything."""


def build(request: Request, report: Report) -> Built:
    """Source -> image on disk."""
    with bench(request, report) as here:
        repository = delivery_plan(request.config, here.plan.app, here.local.version).repository
        return Built(make_image(here), repository)


def push(request: Request, report: Report) -> Delivered:
    """Source -> image in the registry; without image.repository, in podman's store."""
    with bench(request, report) as here:
        plan = delivery_plan(request.config, here.plan.app, here.local.version)
        return deliver(plan, make_image(here), here)


def render(request: Request, report: Report) -> Manifests:
    """Source -> manifests. No cluster is asked, nothing is pushed."""
    with bench(request, report) as here:
        app, image = here.plan.app, make_image(here)
        target = choose_target(request.config, app, request.overrides)
        namespace = target.namespace if isinstance(target, ClusterTarget) else request.overrides.namespace
        repository = delivery_plan(request.config, app, here.local.version).repository
        return render_manifests(workload_plan(request.config, app), namespace, f"{repository}@{image.digest}")


def diff(request: Request, report: Report) -> Changes:
    """Source -> what `up` would change. Nothing is pushed or written."""
    with bench(request, report) as here:
        plan = deploy_plan(request, here)
        return connect(plan.workload, plan.target, plan.timeout).diff(reference(plan, make_image(here)))


def up(request: Request, report: Report) -> Release:
    """Source -> running pods."""
    with bench(request, report) as here, ThreadPoolExecutor(max_workers=2) as beside:
        plan = deploy_plan(request, here)
        connecting = beside.submit(connect, plan.workload, plan.target, plan.timeout)
        image = make_image(here)
        there = connecting.result()  # a wrong context is known before anything is uploaded
        delivering = beside.submit(deliver, plan.delivery, image, here)
        with step(report, "diff") as running:
            changes = there.diff(reference(plan, image))
            running.summary = f"{len(changes.pending)} of {len(changes.items)} objects change"
        delivered = delivering.result()
        applied = apply(there, changes, delivered, report)
        with step(report, "rollout") as running:
            return there.rollout(applied, delivered, running)


def apply(there: Destination, changes: Changes, delivered: Delivered, report: Report) -> Applied:
    """Changes + delivered image -> applied. Nothing pending, nothing written, nothing said."""
    if not changes.pending:
        return there.apply(changes, delivered)
    with step(report, "apply") as running:
        running.summary = ", ".join(f"{change.ref} {change.action}" for change in changes.pending)
        return there.apply(changes, delivered)


def down(request: Request, report: Report) -> tuple[ObjectRef, ...]:
    """Remove everything that `up` made."""
    with (
        locked(project_folder(request.project), str(request.project), request.lock_wait),
        step(report, "down") as running,
    ):
        return destination(request).down(running)


def destination(request: Request) -> Destination:
    """Where the app runs, without building anything."""
    app = name_of(request)
    target = choose_target(request.config, app, request.overrides)
    return connect(workload_plan(request.config, app), target, LOOK_SECONDS)


def make_image(here: Bench) -> Image:
    """Source -> binary -> static binary -> root filesystem -> image; or what these very sources gave before."""
    plan, known = here.plan, here.memory.image(here.plan)
    if known is not None and read_layout(known.layout) is not None:
        with step(here.report, "build") as running:
            running.summary = f"unchanged: {megabytes(known.size)} {known.platform}, {short(known.digest)}"
        return known
    own = project_files(here)
    with step(here.report, "compile") as running:
        go, output = Go(plan.compile.project, here.work), here.kept / "binaries" / plan.app
        binary = compile_binary(plan.compile, go, output, lambda line: here.line("go", line))
        static = prove_static(binary)
        running.summary = f"{megabytes(static.size)} static {static.platform}"
    with step(here.report, "image") as running:
        files = collect_files(plan.rootfs, static, own, here.work)
        image = assemble(plan.image, files, packers(here))
        running.summary = f"{megabytes(image.size)}: {contents.summary(image.files)}, {short(image.digest)}"
    explain(here, static, files, image)
    here.memory.keep(here.local.packages, plan, image)
    return image


def project_files(here: Bench) -> ProjectFiles:
    """What the project itself puts into the image: what must not be there is refused before anything is compiled."""
    plan, project = here.plan.rootfs, here.plan.compile.project
    authorities = b"".join(certificates(path, project) for path in plan.authorities)
    return ProjectFiles(stage_files(plan, project, here.work / "own"), authorities)


def explain(here: Bench, static: StaticBinary, files: RootFilesystem, image: Image) -> None:
    """Say what the image holds and why (with -v), and what will not work in it."""
    from slimdeploy.build.advice import advise  # 10 ms that an unchanged project does not need

    for line in contents.lines(image.files):
        here.line("image", line)
    for event in advise(here.plan, here.local.module, static, files):
        here.report(event)


def packers(here: Bench) -> Packers:
    """The programs that pack an image."""
    skopeo = Skopeo(on_line=lambda line: here.line("skopeo", line))
    return Packers(Buildah(here.work, lambda line: here.line("buildah", line)), skopeo, here.kept)


def deliver(plan: DeliveryPlan, image: Image, here: Bench) -> Delivered:
    """Image -> where it will run, under its digest."""
    with step(here.report, "push" if isinstance(plan, RegistryPlan) else "load") as running:
        if isinstance(plan, RegistryPlan):
            skopeo = Skopeo(insecure=plan.insecure, on_line=lambda line: here.line("skopeo", line))
            delivered = registry.push(plan, image, skopeo)
        else:
            delivered = store.load(plan, image, Skopeo(), Podman(local_engine()))
        running.summary = plan.repository + ("" if delivered.uploaded else ", already there")
    return delivered


def deploy_plan(request: Request, here: Bench) -> DeployPlan:
    """Every decision about the deployment, made before anything is compiled."""
    return make_deploy_plan(request.config, here.plan.app, here.local.version, request.overrides)


def reference(plan: DeployPlan, image: Image) -> str:
    """The exact name of an image where it will be delivered."""
    return f"{plan.delivery.repository}@{image.digest}"


def short(digest: str) -> str:
    """A digest as people read it."""
    return digest[:19]
