"""What one run works with: what was asked for, what is known here, what was decided, a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import field, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.plan import BuildPlan, LocalFacts, Pinned, Platform
from slimdeploy.artifacts.release import Order
from slimdeploy.build.strategy import Start, Strategy, choose
from slimdeploy.config.placing import Source
from slimdeploy.config.platforms import CLUSTER
from slimdeploy.config.references import VERSION
from slimdeploy.config.refusal import KeyPath
from slimdeploy.events import Report, ToolOutput, Warned
from slimdeploy.facts.head_start import HeadStart, begin
from slimdeploy.facts.local import UNKNOWN, gather
from slimdeploy.facts.main_folder import check_main
from slimdeploy.facts.modules import module_path
from slimdeploy.facts.pins import Wanted, last_written, pinned
from slimdeploy.facts.roots import readable
from slimdeploy.plan.build import app_name, make_build_plan
from slimdeploy.plan.delivery import LocalRegistry
from slimdeploy.plan.deploy import Overrides, asks_for_registry, choose_target
from slimdeploy.records import frozen
from slimdeploy.state.locks import locked
from slimdeploy.state.places import project_folder

if TYPE_CHECKING:
    from slimdeploy.config.model import Config


@frozen
class Building:
    """How it is built, whatever is built: seconds that one call of go may take; whether the result is proven twice;
    whether the tags of base and builder images are looked up again.
    """

    timeout: float = 1800.0
    verify: bool = False
    pull: bool = False


@frozen
class Request:
    """What a verb was asked for: a project, its configuration, and what the command line says over it."""

    project: Path
    config: Config
    overrides: Overrides
    order: Order = field(default_factory=Order)
    building: Building = Building()
    source: Source | None = None
    """Where the configuration was read from: what is found wrong later is said at its place there."""
    head: HeadStart | None = None
    """What was found out while the configuration was read."""


@frozen
class Built:
    """An image on disk, and the name that it will have where it is delivered."""

    image: Image
    repository: str

    @property
    def reference(self) -> str:
        """repository@digest."""
        return f"{self.repository}@{self.image.digest}"


@frozen
class Bench:
    """Where one run works: what it decided about the build, its head start, where results are kept."""

    local: LocalFacts
    plan: BuildPlan
    kept: Path
    head: HeadStart
    report: Report
    strategy: Strategy
    building: Building = Building()
    shelf: str = ""
    """The part of the folder for one platform of several."""
    source: Source | None = None
    compiled: Event = field(default_factory=Event)
    """Set when go has ended: the processor is free for what can wait."""

    @property
    def work(self) -> Path:
        """The folder to work in."""
        return self.head.work / self.shelf

    @property
    def pins(self) -> tuple[Pinned, ...]:
        """The images that this build starts from."""
        return tuple(each for each in (self.plan.builder, self.plan.image.base) if each)

    def is_new(self, image: Image) -> bool:
        """Whether this machine made it just now, having made others of this project before: nobody else has it."""
        return bool(self.head.former) and image.digest not in self.head.former

    def known(self) -> Image | None:
        """What these very sources gave before; where it has to be proven twice, only if it was."""
        return self.head.memory.image(self.plan, verified=self.building.verify)

    def warn(self, path: KeyPath, words: str) -> None:
        """What should be looked at, at its place in slim.toml."""
        self.report(Warned(self.source.caution(path, words) if self.source else words))

    def line(self, tool: str, line: str) -> None:
        """One line that a tool printed."""
        self.report(ToolOutput(tool, line))


@contextmanager
def bench(request: Request, report: Report) -> Iterator[Bench]:
    """Take the project's lock, make a folder to work in, and decide about the build."""
    kept, project, config = project_folder(request.project), request.project, request.config
    check_main(project, config.build.main, request.source)
    with (
        locked(kept, str(project), request.order.lock_wait),
        closing(request.head or begin(project, request.building.timeout)) as begun,
    ):
        written = last_written(project)
        builder, base = start_images(request, report)
        head = begun if last_written(project) == written else begun.look_again()
        strategy = choose_strategy(request, Start(builder, base, place=head.go), head.work, report)
        facts = gather(strategy.go(project), config, head.memory.packages())
        local = replace(facts, builder=builder, base=base, nodes=nodes(request, report))
        plan = make_build_plan(config, local)
        here = Bench(local, plan, kept, head, report, strategy, request.building, source=request.source)
        if VERSION in (config.image.tag or "") and local.version == UNKNOWN:
            here.warn(("image", "tag"), f"git knows no version of this project: {VERSION} is {UNKNOWN}")
        yield here


def choose_strategy(request: Request, start: Start, work: Path, report: Report) -> Strategy:
    """How the program comes into its image. Nothing is pulled or started yet."""
    sources, seconds = readable(request.project.resolve()) if start.builder else (), request.building.timeout
    return choose(replace(start, sources=sources, timeout=seconds), work, report)


def start_images(request: Request, report: Report) -> tuple[Pinned | None, Pinned | None]:
    """The builder image and the base image, by digest, as far as the strategy uses them."""
    build = request.config.build
    builder = build.builder_image if build.strategy == "builder" else None
    base = build.base_image if build.strategy != "scratch" else None
    wanted = {"build.builder_image": builder, "build.base_image": base}
    asked = [Wanted(image, key) for key, image in wanted.items() if image]
    found = {pin.key: pin for pin in pinned(request.project, asked, report, pull=request.building.pull)}
    return found.get("build.builder_image"), found.get("build.base_image")


def nodes(request: Request, report: Report) -> tuple[Platform, ...]:
    """What the cluster's nodes are, where the platforms are theirs; without a cluster, what this machine is."""
    if request.config.build.platforms != CLUSTER:
        return ()
    from slimdeploy.facts.cluster import platforms_of

    return platforms_of(choose_target(request.config, name_of(request), request.overrides), report)


def name_of(request: Request) -> str:
    """The app's name; go.mod is only needed when slim.toml does not give it."""
    return request.config.app.name or app_name(request.config, module_path(request.project, request.config.build.main))


def own_registry(request: Request, here: Bench) -> LocalRegistry | None:
    """The cluster's own registry, asked for only if slim.toml names none."""
    asked = asks_for_registry(request.config, here.plan.app, request.overrides)
    if asked is None:
        return None
    from slimdeploy.facts.cluster import find_registry

    return find_registry(asked)
