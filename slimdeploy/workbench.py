"""What one run works with: what was asked for, what is known here, what was decided, a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.deploy import Changes
from slimdeploy.artifacts.deploy_plan import ClusterTarget, DeployPlan
from slimdeploy.artifacts.plan import BuildPlan, LocalFacts, Pinned, Platform
from slimdeploy.artifacts.release import Order
from slimdeploy.artifacts.workload import Contents, WorkloadPlan
from slimdeploy.build.strategy import Start, Strategy, choose
from slimdeploy.config.model import Config
from slimdeploy.config.placing import Source
from slimdeploy.config.platforms import CLUSTER
from slimdeploy.config.stamps import asked
from slimdeploy.events import Report, ToolOutput, Warned
from slimdeploy.facts.cluster import find_registry, node_platforms
from slimdeploy.facts.local import gather
from slimdeploy.facts.modules import module_path
from slimdeploy.facts.pins import Wanted, pinned
from slimdeploy.facts.roots import readable
from slimdeploy.facts.source import fingerprint
from slimdeploy.plan.build import app_name, make_build_plan
from slimdeploy.plan.delivery import LocalRegistry
from slimdeploy.plan.deploy import Overrides, asks_for_registry, choose_target
from slimdeploy.state.locks import locked
from slimdeploy.state.memory import Memory
from slimdeploy.state.places import project_folder
from slimdeploy.state.workspace import workspace
from slimdeploy.tools.go import host

MUCH = 64 << 10
"""Bytes. What a slim.toml of this size asks for fits into the cluster."""


@dataclass(frozen=True)
class Building:
    """How it is built, whatever is built: seconds that one call of go may take; whether the result is proven twice;
    whether the tags of base and builder images are looked up again.
    """

    timeout: float = 1800.0
    verify: bool = False
    pull: bool = False


@dataclass(frozen=True)
class Request:
    """What a verb was asked for: a project, its configuration, and what the command line says over it."""

    project: Path
    config: Config
    overrides: Overrides
    order: Order = field(default_factory=Order)
    building: Building = Building()
    source: Source | None = None
    """Where the configuration was read from: what is found wrong later is said at its place there."""


@dataclass(frozen=True)
class Built:
    """An image on disk, and the name that it will have where it is delivered."""

    image: Image
    repository: str

    @property
    def reference(self) -> str:
        """repository@digest."""
        return f"{self.repository}@{self.image.digest}"


@dataclass(frozen=True)
class Planned:
    """What `up` would do. `image` and `changes` are known only if these sources were built before."""

    build: BuildPlan
    deploy: DeployPlan
    image: str = ""
    changes: Changes | None = None


@dataclass(frozen=True)
class Bench:
    """Where one run works: what it decided about the build, a folder of its own, the project's kept results."""

    local: LocalFacts
    plan: BuildPlan
    work: Path
    kept: Path
    memory: Memory
    report: Report
    strategy: Strategy
    building: Building = Building()

    @property
    def pins(self) -> tuple[Pinned, ...]:
        """The images that this build starts from."""
        return tuple(each for each in (self.plan.builder, self.plan.image.base) if each)

    def known(self) -> Image | None:
        """What these very sources gave before; where it has to be proven twice, only if it was."""
        return self.memory.image(self.plan, verified=self.building.verify)

    def line(self, tool: str, line: str) -> None:
        """One line that a tool printed."""
        self.report(ToolOutput(tool, line))


@contextmanager
def bench(request: Request, report: Report) -> Iterator[Bench]:
    """Take the project's lock, make a folder to work in, and decide about the build."""
    kept, project, config = project_folder(request.project), request.project, request.config
    versioned, stamped = "{version}" in (config.image.tag or ""), bool(asked(config.build.stamp.values()))
    with locked(kept, str(project), request.order.lock_wait), workspace() as work:
        builder, base = start_images(request, report)
        strategy = choose_strategy(request, Start(builder, base), work, report)
        memory = Memory(kept / "memory.json", fingerprint(project))
        go, main = strategy.go(project), config.build.main
        facts = gather(go, main=main, versioned=versioned, stamped=stamped, known=memory.packages())
        local = replace(facts, builder=builder, base=base, nodes=nodes(request))
        plan = make_build_plan(config, local)
        yield Bench(local, plan, work, kept, memory, report, strategy, request.building)


def choose_strategy(request: Request, start: Start, work: Path, report: Report) -> Strategy:
    """How the program comes into its image. Nothing is pulled or started yet."""
    sources = readable(request.project.resolve()) if start.builder else ()
    return choose(replace(start, sources=sources, timeout=request.building.timeout), work, report)


def start_images(request: Request, report: Report) -> tuple[Pinned | None, Pinned | None]:
    """The builder image and the base image, by digest, as far as the strategy uses them."""
    build = request.config.build
    builder = build.builder_image if build.strategy == "builder" else None
    base = build.base_image if build.strategy != "scratch" else None
    wanted = {"build.builder_image": builder, "build.base_image": base}
    asked = [Wanted(image, key) for key, image in wanted.items() if image]
    found = {pin.key: pin for pin in pinned(request.project, asked, report, pull=request.building.pull)}
    return found.get("build.builder_image"), found.get("build.base_image")


def nodes(request: Request) -> tuple[Platform, ...]:
    """What the cluster's nodes are, where the platforms are theirs; without a cluster, what this machine is."""
    if request.config.build.platforms != CLUSTER:
        return ()
    target = choose_target(request.config, name_of(request), request.overrides)
    return node_platforms(target) if isinstance(target, ClusterTarget) else (host(),)


def name_of(request: Request) -> str:
    """The app's name; go.mod is only needed when slim.toml does not give it."""
    return request.config.app.name or app_name(request.config, module_path(request.project, request.config.build.main))


def contents(request: Request, report: Report) -> Contents:
    """What slim.toml only refers to: files and secrets. Raises ConfigError, in which no value is shown."""
    app, source = request.config.app, request.source
    if source is None or not (app.config or app.secrets):
        return Contents()
    from slimdeploy.facts.contents import read_contents

    reading = read_contents(request.project, app)
    if reading.wrong:
        raise source.refusal(reading.wrong)
    for path, words in reading.cautions:
        report(Warned(source.caution(path, words)))
    return reading.contents


def check_patches(plan: WorkloadPlan, request: Request) -> WorkloadPlan:
    """The plan, if its patches fit what is rendered, and that is not too large: said at its place in slim.toml before
    anything is compiled.
    """
    if request.source and (plan.patches or request.source.file.stat().st_size > MUCH):
        from slimdeploy.manifests.limits import TooLarge
        from slimdeploy.manifests.patches import PatchRefused
        from slimdeploy.manifests.render import render

        try:
            render(plan, None, "")
        except PatchRefused as refused:
            raise request.source.refusal([(("patch", refused.index), refused.why, refused.hint)]) from None
        except TooLarge as refused:
            raise request.source.refusal([(("app", "env"), refused.why, refused.hint)]) from None
    return plan


def own_registry(request: Request, here: Bench) -> LocalRegistry | None:
    """The cluster's own registry, asked for only if slim.toml names none."""
    asked = asks_for_registry(request.config, here.plan.app, request.overrides)
    return find_registry(asked) if asked else None
