"""Builds with the real go and buildah; what several tests look at is built once."""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.release import Order
from slimdeploy.config.model import Config
from slimdeploy.config.reader import default_config
from slimdeploy.events import Event
from slimdeploy.pipeline import build
from slimdeploy.plan.deploy import Overrides
from slimdeploy.tools import command
from slimdeploy.workbench import Built, Request
from tests.build import programs
from tests.waiting import settle


@functools.cache
def go_cache() -> str:
    done = subprocess.run([command.require("go", ""), "env", "GOCACHE"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def variables(cache: Path) -> dict[str, str]:
    """A cache of slimdeploy's own; go's stays where it is, so that the standard library is not compiled again."""
    return {"XDG_CACHE_HOME": str(cache), "GOCACHE": go_cache()}


@dataclass(frozen=True)
class Workshop:
    """Builds projects in this process, with a cache of slimdeploy's own."""

    cache: Path

    def build(self, project: Path, config: Config | None = None, seen: list[Event] | None = None) -> Built:
        with pytest.MonkeyPatch.context() as environment:
            for name, value in variables(self.cache).items():
                environment.setenv(name, value)
            request = Request(project, config or default_config(), Overrides(), order=Order(lock_wait=60))
            return build(request, (seen if seen is not None else []).append)


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """For builds that tests only look at."""
    return Workshop(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """For builds that a test spoils."""
    return Workshop(tmp_path / "cache")


@pytest.fixture
def project(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a module of programs.py into a folder of this test."""

    def write(name: str) -> Path:
        return programs.write(name, tmp_path / name)

    return write


@pytest.fixture(scope="session")
def hello(shared: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The article's program."""
    return shared.build(programs.write("hello", tmp_path_factory.mktemp("hello")))


@pytest.fixture(scope="session")
def plain(shared: Workshop, tmp_path_factory: pytest.TempPathFactory) -> Built:
    """A program without network."""
    return shared.build(programs.write("plain", tmp_path_factory.mktemp("plain")))


def start(project: Path, cache: Path, umask: int = 0o022, **exported: str) -> subprocess.Popen[str]:
    """`slimdeploy build` as a process of its own."""
    settle(project)
    return subprocess.Popen(
        [sys.executable, "-m", "slimdeploy", "build", "-o", "json", "-C", str(project)],
        env=os.environ | variables(cache) | exported,
        umask=umask,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> dict[str, Any]:
    """The result of a build that has to end well."""
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def binary_of(image: Image) -> Path:
    """The program as it was compiled: beside the images of its project."""
    return next(each for each in (image.layout.parents[1] / "binaries").iterdir() if not each.suffix)


# Run as python -c: argv holds a binary, its architecture, and the folder where images are kept.
ASSEMBLE = """
import sys
from pathlib import Path
from slimdeploy.artifacts.build import Binary, ProjectFiles
from slimdeploy.artifacts.plan import ImagePlan, LinkagePlan, Platform, RootfsPlan
from slimdeploy.build.cgo import ImportGraph
from slimdeploy.build.image import assemble
from slimdeploy.build.linkage import prove_static
from slimdeploy.build.packing import Packers
from slimdeploy.build.rootfs import collect_files
from slimdeploy.state.workspace import workspace
from slimdeploy.tools.buildah import Buildah
from slimdeploy.tools.go import Dependency
from slimdeploy.tools.skopeo import Skopeo
binary, architecture, images = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
platform = Platform("linux", architecture)
graph = ImportGraph((Dependency(".", (), False, False),), frozenset())
static = prove_static(LinkagePlan(), Binary(binary, ".", platform), graph, print)
with workspace() as work:
    files = collect_files(RootfsPlan("/plain", "auto"), static, ProjectFiles(), work)
    print(assemble(ImagePlan(platform, "/plain", 65532), files, Packers(Buildah(work), Skopeo(), images)).digest)
"""
