"""The article's ladder for one's own program: the same binary on ever smaller bases, each pushed, pulled and started.

Pushed and pulled is through a registry of our own on loopback, unless one is named: then the time is that of the
network, which is what people wait for. The pull goes into an empty store, as on a node that has never seen the image.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.ladder import Ladder, Rung
from slimdeploy.artifacts.plan import Platform
from slimdeploy.build.image_size import total
from slimdeploy.build.layout import Layout, read_layout
from slimdeploy.build.packing import whole
from slimdeploy.build.stacking import stack
from slimdeploy.deliver.loopback import registry
from slimdeploy.deliver.pull import explain, no_such_image, pull, source
from slimdeploy.deploy.podman import trial
from slimdeploy.errors import PushFailed, SlimdeployError
from slimdeploy.events import Report, Step, megabytes, step
from slimdeploy.imaging import make_any_image
from slimdeploy.plan.deploy import is_loopback
from slimdeploy.plan.workload import workload_plan
from slimdeploy.records import frozen
from slimdeploy.state.places import cache
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.podman import Podman, local_engine
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.workbench import Bench, Request, bench

BASES, KEPT_BASES = "ladder", 6  # apart from "bases", which builds start from
ASKING_SECONDS = 30.0
LOOPBACK = "through a registry on this machine: no network in between"


@frozen
class Wish:
    """The bases of the ladder, and a repository to push to: empty for a registry of our own."""

    full: str
    small: str
    base: str
    registry: str = ""

    def rungs(self) -> tuple[Rung, ...]:
        """From the largest to the smallest; the names are the article's."""
        return (
            Rung("full", self.full, "the whole Go image"),
            Rung("small", self.small, "a Go image on a small base"),
            Rung("builder", self.base, "compiled elsewhere, on a small base"),
            Rung("scratch", "", "slimdeploy: on nothing"),
        )


def compare(request: Request, report: Report, wish: Wish) -> Ladder:
    """Build once, then measure each rung. Raises PushFailed when none could be."""
    with bench(request, report) as here:
        image = make_any_image(here)
        with _place(wish, here.work) as (place, way):
            trials = _Trials(request, here, image, place, bool(wish.registry))
            return measured(Ladder(here.plan.app, way, tuple(trials.measured(rung) for rung in wish.rungs())))


def measured(ladder: Ladder) -> Ladder:
    """A ladder of which something was measured. Raises PushFailed for one whose images went nowhere."""
    if all(rung.pull is None for rung in ladder.rungs):
        notes = [f"{rung.name}: {rung.note}" for rung in ladder.rungs]
        raise PushFailed("no image of the ladder could be pushed and pulled", details=notes)
    return ladder


def cause(text: str) -> str:
    """The end of a chain of Go's errors, which is what happened."""
    return ": ".join(text.rsplit(": ", 2)[-2:]) if text.count(": ") > 2 else text


@contextmanager
def _place(wish: Wish, work: Path) -> Iterator[tuple[str, str]]:
    """Where images are pushed to, and that in words."""
    if wish.registry:
        yield wish.registry, f"through {wish.registry}: what it had already was not sent again"
        return
    with registry(work / "registry") as address:
        yield address, LOOPBACK


@frozen
class _Trials:
    """One ladder's measurements."""

    request: Request
    here: Bench
    image: Image
    place: str
    real: bool

    def measured(self, rung: Rung) -> Rung:
        """A rung with all that could be measured."""
        with step(self.here.report, rung.name) as running:
            running.waiting(rung.base)
            try:
                layout = self._layout(rung)
            except SlimdeployError as error:
                running.summary = f"skipped: {error.what}"
                what = error.what.replace(f"{rung.base} ", "", 1)  # it stands in front of the note
                return replace(rung, note=": ".join((what, *(cause(each) for each in error.details[:1]))))
            found = replace(rung, size=total(layout), compressed_size=layout.compressed_size)
            found = self._timed(found, layout, running)
            running.summary = f"{megabytes(found.size or 0)}, {megabytes(layout.compressed_size)} compressed"
        return found

    def _layout(self, rung: Rung) -> Layout:
        own = whole(self.image.layout)
        if not rung.base:
            return own
        return stack(_base(rung.base, self.image.platform, self.request, self.here), own, self.here.work / rung.name)

    def _timed(self, rung: Rung, layout: Layout, running: Step) -> Rung:
        """Push, pull into an empty store, start. What fails is left out, and said."""
        name = f"{self.place}:slimdeploy-compare-{rung.name}" if self.real else f"{self.place}/{rung.name}:x"
        insecure = self.request.config.image.insecure or is_loopback(name)
        try:
            running.waiting("push")
            started = time.perf_counter()
            Skopeo(insecure, lambda line: self.here.line("skopeo", line)).copy_to_registry(layout.folder, name)
            rung = replace(rung, push=time.perf_counter() - started)
            running.waiting("pull and start")
            with _empty_store(self.here) as podman:
                started = time.perf_counter()
                podman.pull(name, insecure=insecure)
                rung = replace(rung, pull=time.perf_counter() - started)
                plan = workload_plan(self.request.config, self.here.plan.app)
                tried = trial.start(plan, name, podman, self.here.work)
            return replace(rung, start=tried.seconds, note=tried.note)
        except ToolFailed as failure:
            return replace(rung, note=f"{failure.what}: {' '.join(failure.output[-1:])}")
        except SlimdeployError as error:
            return replace(rung, note=error.what)


@contextmanager
def _empty_store(here: Bench) -> Iterator[Podman]:
    """podman with a store of its own, which is gone afterwards. Its run folder has at most 50 letters in its path."""
    engine, root = local_engine(), here.work / f"store-{secrets.token_hex(4)}"
    with tempfile.TemporaryDirectory(prefix="slimdeploy-", ignore_cleanup_errors=True) as run:
        own = ("--root", str(root), "--runroot", run)
        podman = Podman(replace(engine, flags=(*own, *engine.flags)), lambda line: here.line("podman", line))
        try:
            yield podman
        finally:
            with suppress(ToolFailed):
                podman.remove_everything()


def _base(reference: str, platform: Platform, request: Request, here: Bench) -> Layout:
    """A base's layers, kept by its digest: asked for each time, downloaded once. Raises what `pull` raises."""
    skopeo = Skopeo(request.config.image.insecure or is_loopback(reference), lambda line: here.line("skopeo", line))
    digest = _digest(reference, replace(skopeo, timeout=ASKING_SECONDS))
    folder = cache() / BASES / hashlib.sha256(f"{reference} {platform} {digest}".encode()).hexdigest()[:24]
    if (kept := read_layout(folder)) is not None and digest:
        return kept
    fresh = here.work / f"base-{folder.name}"
    pull(reference, fresh, platform, skopeo)
    shutil.rmtree(folder, ignore_errors=True)
    folder.parent.mkdir(exist_ok=True)
    fresh.rename(folder)
    for old in sorted(folder.parent.iterdir(), key=lambda each: each.stat().st_mtime)[:-KEPT_BASES]:
        shutil.rmtree(old, ignore_errors=True)
    return whole(folder)


def _digest(reference: str, skopeo: Skopeo) -> str:
    """What the registry has under this name now; "" for images that are in none."""
    if not source(reference).startswith("docker:"):
        return ""
    try:
        digest = skopeo.digest(reference.removeprefix("docker://"))
    except ToolFailed as failure:
        raise explain(reference, failure) from None
    if digest is None:
        raise no_such_image(reference)
    return digest
