"""From source to an image, really: compile, prove, collect, assemble. imaging.py says when that is not needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from slimdeploy.artifacts.build import Base, Image, ProjectFiles, StaticBinary
from slimdeploy.build import contents
from slimdeploy.build.advice import advise
from slimdeploy.build.authorities import certificates
from slimdeploy.build.blank import Blank, make_blank
from slimdeploy.build.cgo import import_graph
from slimdeploy.build.compile import compile_binary
from slimdeploy.build.confirm import confirm
from slimdeploy.build.files import stage_files
from slimdeploy.build.image import assemble, keep_index
from slimdeploy.build.index import make_index
from slimdeploy.build.packing import Packers
from slimdeploy.build.rootfs import collect_files
from slimdeploy.events import Event, Once, Warned, megabytes, short, step
from slimdeploy.facts.pins import moved
from slimdeploy.records import frozen
from slimdeploy.tools.buildah import Buildah
from slimdeploy.tools.command import ToolFailed, get_ready
from slimdeploy.tools.go import Go
from slimdeploy.tools.running import end_all
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.workbench import Bench

PULL = "slimdeploy build --pull"
MANY = 20  # platforms at most, each with its images
Result = TypeVar("Result")


@frozen
class Compiled:
    """A program, and the container that waits for it."""

    static: StaticBinary
    container: Blank | None
    """None where it could not be made: another try will do, or say why not."""


def build_image(here: Bench) -> Image:
    """Source -> binary -> static binary -> root filesystem -> image; and whether what it starts from has moved."""
    own, benches = project_files(here), per_platform(here)
    bases = [here.strategy.base(each.plan.image.platform) for each in benches]
    with ThreadPoolExecutor(max_workers=1) as beside:
        news = beside.submit(moved, here.pins)
        image = build(here, own, benches, bases)
        for pin, digest in news.result():
            here.report(Warned(f"{pin.reference} has moved: {short(pin.digest)} -> {short(digest)}; {PULL} takes it"))
    return image


def build(here: Bench, own: ProjectFiles, benches: Sequence[Bench], bases: Sequence[Base | None]) -> Image:
    """One image a platform, side by side, and what joins them where there are several."""
    with step(here.report, "compile") as running:
        try:
            compiled = side_by_side(make_ready, benches)
        finally:
            here.compiled.set()
        statics = [each.static for each in compiled]
        running.summary = ", ".join(f"{megabytes(each.size)} static {each.platform}" for each in statics)
    if here.building.verify:
        with step(here.report, "verify") as running:
            side_by_side(prove_again, benches, statics)
            running.summary = f"built again with an empty cache: the same, sha256:{statics[0].sha256[:12]}"
    with step(here.report, "image") as running:
        made = side_by_side(partial(make_one, own), benches, compiled, bases)
        images = tuple(image for image, _ in made)
        image = images[0] if len(images) == 1 else together(here, images)
        running.summary = summary(image)
    for each, (_, advice) in zip(benches, made, strict=True):
        for event in advice:
            each.report(event)
    return image


def per_platform(here: Bench) -> tuple[Bench, ...]:
    """A bench a platform, with a folder of its own; the bench itself where there is only one."""
    plans, once = here.plan.each, Once(here.report)
    if len(plans) == 1:
        return (here,)
    benches = tuple(replace(here, plan=plan, shelf=plan.shelf, report=once) for plan in plans)
    for each in benches:
        each.work.mkdir()
    return benches


def side_by_side(action: Callable[..., Result], benches: Sequence[Bench], *more: Sequence[Any]) -> list[Result]:
    """The action for each platform, as many at the same time as the plan says. The first failure ends all."""
    if len(benches) == 1:
        return [action(benches[0], *(each[0] for each in more))]
    with ThreadPoolExecutor(max_workers=benches[0].plan.side_by_side) as pool:
        running = [pool.submit(action, *each) for each in zip(benches, *more, strict=True)]
        wait(running, return_when=FIRST_EXCEPTION)
        failed = next((each for each in running if each.done() and each.exception()), None)
        if failed is not None:
            pool.shutdown(wait=False, cancel_futures=True)
            end_all(running)
            failed.result()
        return [each.result() for each in running]


def make_ready(here: Bench) -> Compiled:
    """The program, and the container for it, made side by side."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        container = beside.submit(make_blank, here.plan.image, buildah(here), here.kept)
        beside.submit(get_ready)
        static = make_static(here)
        try:
            return Compiled(static, container.result())
        except ToolFailed:
            return Compiled(static, None)


def make_static(here: Bench) -> StaticBinary:
    """Source -> binary that is proven static. What it is made of is asked for while go compiles."""
    plan, go, output = here.plan, go_of(here), here.kept / "binaries" / here.plan.shelf / here.plan.app
    with ThreadPoolExecutor(max_workers=2) as beside:
        compiling = beside.submit(compile_binary, plan.compile, go, output, here.report)
        asking = beside.submit(import_graph, plan.compile, go)
        from slimdeploy.build.linkage import not_there, prove_static  # elftools: 30 ms, while go works

        static = prove_static(plan.linkage, compiling.result(), asking.result(), here.report)
        for index, words in not_there(plan.linkage, asking.result()):
            here.warn(("static", "without_cgo", index), words)
        return static


def prove_again(here: Bench, static: StaticBinary) -> None:
    """The same sources give the same binary without go's build cache."""
    confirm(here.plan.compile, static, go_of(here), here.report)


def make_one(own: ProjectFiles, here: Bench, made: Compiled, base: Base | None) -> tuple[Image, list[Event]]:
    """The image for one platform; and what to say of it, which is found while buildah packs it."""
    files = collect_files(here.plan.rootfs, made.static, own, here.work, base=base)
    with ThreadPoolExecutor(max_workers=1) as beside:
        advice = beside.submit(lambda: list(advise(here.plan, here.local.module, made.static, files)))
        return assemble(here.plan.image, files, packers(here, made.container), base), advice.result()


def together(here: Bench, images: Sequence[Image]) -> Image:
    """One image for all platforms."""
    return keep_index(make_index(images, here.local.architecture, here.work), here.kept)


def summary(image: Image) -> str:
    """What came out, in one line."""
    below = f" on {image.base.partition('@')[0]}" if image.base else ""
    if image.variants:
        return f"{len(image.variants)} platforms{below}, {short(image.digest)}"
    return f"{megabytes(image.size)}: {contents.summary(image.files)}{below}, {short(image.digest)}"


def go_of(here: Bench) -> Go:
    """The go that compiles."""
    return here.strategy.go(here.plan.compile.project, here.work)


def project_files(here: Bench) -> ProjectFiles:
    """What the project itself puts into the image: what must not be there is refused before anything is compiled."""
    plan, project = here.plan.rootfs, here.plan.compile.project
    authorities = b"".join(certificates(path, project) for path in plan.authorities)
    return ProjectFiles(stage_files(plan, project, here.work / "own", here.source), authorities)


def packers(here: Bench, waiting: Blank | None) -> Packers:
    """The programs that pack an image."""
    most = Packers.most * (MANY if here.plan.shelf else 1)
    return Packers(buildah(here), Skopeo(on_line=lambda line: here.line("skopeo", line)), here.kept, most, waiting)


def buildah(here: Bench) -> Buildah:
    """buildah, with its store in the work folder."""
    return Buildah(here.work, lambda line: here.line("buildah", line))
