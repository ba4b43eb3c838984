"""The first half of the chain: source -> Binary -> StaticBinary -> RootFilesystem -> Image.

Or, for sources that were built before, what they gave then.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from slimdeploy.artifacts.build import Image, ProjectFiles, RootFilesystem, StaticBinary
from slimdeploy.build import contents, limit
from slimdeploy.build.authorities import certificates
from slimdeploy.build.cgo import import_graph
from slimdeploy.build.compile import compile_binary
from slimdeploy.build.confirm import confirm
from slimdeploy.build.files import stage_files
from slimdeploy.build.image import assemble
from slimdeploy.build.layout import read_layout
from slimdeploy.build.linkage import prove_static
from slimdeploy.build.packing import Packers
from slimdeploy.build.rootfs import collect_files
from slimdeploy.events import megabytes, step
from slimdeploy.state.stock import tidy
from slimdeploy.tools.buildah import Buildah
from slimdeploy.tools.go import Go
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.workbench import Bench


def make_image(here: Bench) -> Image:
    """Source -> image that is no larger than it may be."""
    image = make_any_image(here)
    limit.check(image, here.plan.max_size, here.kept)
    return image


def make_any_image(here: Bench) -> Image:
    """Source -> binary -> static binary -> root filesystem -> image; or what these very sources gave before."""
    plan, known = here.plan, here.known()
    if known is not None and read_layout(known.layout) is not None:
        with step(here.report, "build") as running:
            running.summary = f"unchanged: {megabytes(known.size)} {known.platform}, {short(known.digest)}"
        return known
    own = project_files(here)
    with step(here.report, "compile") as running:
        static = make_static(here)
        running.summary = f"{megabytes(static.size)} static {static.platform}"
    if here.building.verify:
        with step(here.report, "verify") as running:
            confirm(plan.compile, static, go_of(here), here.report)
            running.summary = f"built again with an empty cache: the same, sha256:{static.sha256[:12]}"
    with step(here.report, "image") as running:
        files = collect_files(plan.rootfs, static, own, here.work)
        image = assemble(plan.image, files, packers(here))
        running.summary = f"{megabytes(image.size)}: {contents.summary(image.files)}, {short(image.digest)}"
    explain(here, static, files, image)
    here.memory.keep(here.local.packages, plan, image, verified=here.building.verify)
    tidy()
    return image


def make_static(here: Bench) -> StaticBinary:
    """Source -> binary that is proven static. What it is made of is asked for while go compiles."""
    plan, go = here.plan, go_of(here)
    with ThreadPoolExecutor(max_workers=1) as beside:
        graph = beside.submit(import_graph, plan.compile, go)
        binary = compile_binary(plan.compile, go, here.kept / "binaries" / plan.app, here.report)
        return prove_static(plan.linkage, binary, graph.result(), here.report)


def go_of(here: Bench) -> Go:
    """The go command for this run."""
    return Go(here.plan.compile.project, here.work, timeout=here.building.timeout)


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


def short(digest: str) -> str:
    """A digest as people read it."""
    return digest[:19]
