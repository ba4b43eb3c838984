"""The image of a project: what these very sources gave before, or else a build of them.

A build's own modules (ELF, layers, buildah) are imported only when there is one: 0.1 s that an unchanged run does not
need.
"""

from __future__ import annotations

from slimdeploy.artifacts.build import Image
from slimdeploy.build import contents
from slimdeploy.build.index import is_complete
from slimdeploy.events import megabytes, short, step
from slimdeploy.workbench import Bench


def make_image(here: Bench) -> Image:
    """Source -> image that is no larger than it may be."""
    image = make_any_image(here)
    if here.plan.max_size is not None:
        from slimdeploy.build import limit

        limit.check(image, here.plan.max_size, here.kept, here.work)
    return image


def make_any_image(here: Bench) -> Image:
    """Source -> image, whatever its size, and (with -v) what it holds and why."""
    image = _made(here)
    for line in contents.table(image):
        here.line("image", line)
    return image


def _made(here: Bench) -> Image:
    """A new one, or what these very sources gave before."""
    known = here.known()
    if known is not None and is_complete(known):
        with step(here.report, "build") as running:
            running.summary = f"unchanged: {megabytes(known.size)} {known.platforms}, {short(known.digest)}"
        return known
    from slimdeploy.building import build_image
    from slimdeploy.state.stock import tidy

    image = build_image(here)
    calls = [(each.arguments, each.environment) for each in here.head.go.repeatable]
    here.head.memory.keep(
        {here.local.seen: here.local.packages}, here.plan, image, verified=here.building.verify, calls=calls
    )
    here.head.keep()
    tidy()
    return image
