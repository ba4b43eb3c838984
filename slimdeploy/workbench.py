"""What one run works with: what was asked for, what is known here, what was decided, a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.deploy import Changes
from slimdeploy.artifacts.deploy_plan import DeployPlan
from slimdeploy.artifacts.plan import BuildPlan, LocalFacts
from slimdeploy.artifacts.release import Order
from slimdeploy.config.model import Config
from slimdeploy.config.stamps import asked
from slimdeploy.events import Report, ToolOutput
from slimdeploy.facts.cluster import find_registry
from slimdeploy.facts.local import gather
from slimdeploy.facts.modules import module_path
from slimdeploy.facts.source import fingerprint
from slimdeploy.plan.build import app_name, make_build_plan
from slimdeploy.plan.delivery import LocalRegistry
from slimdeploy.plan.deploy import Overrides, asks_for_registry
from slimdeploy.state.locks import locked
from slimdeploy.state.memory import Memory
from slimdeploy.state.places import project_folder
from slimdeploy.state.workspace import workspace


@dataclass(frozen=True)
class Building:
    """How it is built, whatever is built: seconds that one call of go may take; whether the result is proven twice."""

    timeout: float = 1800.0
    verify: bool = False


@dataclass(frozen=True)
class Request:
    """What a verb was asked for: a project, its configuration, and what the command line says over it."""

    project: Path
    config: Config
    overrides: Overrides
    order: Order = field(default_factory=Order)
    building: Building = Building()


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
    building: Building = Building()

    def known(self) -> Image | None:
        """What these very sources gave before; where it has to be proven twice, only if it was."""
        return self.memory.image(self.plan, verified=self.building.verify)

    def line(self, tool: str, line: str) -> None:
        """One line that a tool printed."""
        self.report(ToolOutput(tool, line))


@contextmanager
def bench(request: Request, report: Report) -> Iterator[Bench]:
    """Decide about the build, take the project's lock, and make a folder to work in."""
    versioned, stamped = "{version}" in (request.config.image.tag or ""), asked(request.config.build.stamp.values())
    kept = project_folder(request.project)
    memory, main = Memory(kept / "memory.json", fingerprint(request.project)), request.config.build.main
    known = memory.packages()
    local = gather(
        request.project,
        main=main,
        versioned=versioned,
        stamped=bool(stamped),
        known=known,
        timeout=request.building.timeout,
    )
    plan = make_build_plan(request.config, local)
    with locked(kept, str(request.project), request.order.lock_wait), workspace() as work:
        yield Bench(local, plan, work, kept, memory, report, request.building)


def name_of(request: Request) -> str:
    """The app's name; go.mod is only needed when slim.toml does not give it."""
    return request.config.app.name or app_name(request.config, module_path(request.project, request.config.build.main))


def own_registry(request: Request, here: Bench) -> LocalRegistry | None:
    """The cluster's own registry, asked for only if slim.toml names none."""
    asked = asks_for_registry(request.config, here.plan.app, request.overrides)
    return find_registry(asked) if asked else None
