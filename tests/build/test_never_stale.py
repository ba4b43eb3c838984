"""Nothing twice, and never something old: after whatever edits, our program is what go builds from what is there.

EXAMPLES=1000 runs it for longer, with other edits each time.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import tarfile
import tempfile
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from slimdeploy.artifacts.build import Image
from slimdeploy.build.layout import blob, read_layout
from slimdeploy.errors import CompileFailed
from slimdeploy.events import Event, StepDone
from slimdeploy.facts.source import SETTLED
from slimdeploy.pipeline import build
from slimdeploy.plan.deploy import Overrides
from slimdeploy.workbench import Request
from tests.build.conftest import go_cache
from tests.build.edits import EDITS, World, create
from tests.unit.samples import config

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
VIEWS = config(image={"files": [{"from": "views", "to": "/views"}]})
STEPS = st.lists(st.tuples(st.sampled_from(sorted(EDITS)), st.integers(0, 80)), min_size=6, max_size=10)


def reference(world: World, output: Path) -> str | None:
    """What go builds now, linked anew; None when it does not compile."""
    flags = ["-trimpath=true", "-buildvcs=false", "-ldflags=-s -w", "-tags="]
    fixed = {"CGO_ENABLED": "0", "GOOS": "linux", "GOARCH": "amd64", "GOTOOLCHAIN": "local", "GOAMD64": "v1"}
    done = subprocess.run(
        ["go", "build", f"-o={output}", *flags, "--", "."],
        cwd=world.project,
        env=os.environ | world.exported | fixed,
        capture_output=True,
        check=False,
    )
    return hashlib.sha256(output.read_bytes()).hexdigest() if done.returncode == 0 else None


def contents(image: Image) -> dict[str, bytes]:
    layout = read_layout(image.layout)
    assert layout is not None
    found: dict[str, bytes] = {}
    for digest, _ in layout.layers:
        with tarfile.open(blob(image.layout, digest)) as archive:
            found |= {each.name: archive.extractfile(each).read() for each in archive if each.isfile()}  # type: ignore[union-attr]
    return found


def ours(world: World) -> tuple[Image, bool] | None:
    """Our image, and whether it was said to be unchanged; None when it does not compile."""
    seen: list[Event] = []
    try:
        built = build(Request(world.project, VIEWS, Overrides()), seen.append)
    except CompileFailed:
        return None
    return built.image, [each.step for each in seen if isinstance(each, StepDone)] == ["build"]


def check(world: World, output: Path) -> bool:
    """Our program is go's, and asked again it comes from memory; whether it did the first time."""
    wanted, got = reference(world, output), ours(world)
    assert (got is None) == (wanted is None)
    if got is None:
        return False
    image, unchanged = got
    held = contents(image)
    assert hashlib.sha256(held.pop("app")).hexdigest() == wanted
    there = {f"views/{file.name}": file.read_bytes() for file in (world.project / "views").iterdir()}
    assert held == there
    assert ours(world) == (image, True)
    return unchanged


def run(steps: list[tuple[str, int]], folder: Path) -> None:
    world = create(folder / "world")
    for name, number in [("nothing", 0), *steps]:
        EDITS[name](world, number)
        time.sleep(1.5 * SETTLED)
        with pytest.MonkeyPatch.context() as environment:
            for variable, value in world.exported.items():
                environment.setenv(variable, value)
            check(world, folder / "reference")


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOCACHE", go_cache())
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@settings(
    max_examples=EXAMPLES or 2,
    derandomize=not EXAMPLES,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(STEPS)
def test_our_program_is_what_go_builds(steps: list[tuple[str, int]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        run(steps, Path(folder))


FAR = [
    ("edit", 8),  # a package behind a link to a folder
    ("link", 1), ("edit", 1), ("edit, time restored", 1),  # a file behind a link
    ("vendor", 0), ("edit", 6), ("vendor", 0),
    ("another replacement", 0), ("edit", 7), ("another replacement", 0),  # a folder with a space in its name
    ("workspace", 0), ("edit", 7), ("workspace", 0),
    ("another workspace", 0), ("its use", 0), ("edit", 7), ("another workspace", 0),  # at the end of GOWORK
    ("settings of go", 0), ("a setting", 0), ("a setting", 0),  # at the end of GOENV
]  # fmt: skip


def test_what_is_far_from_the_project(tmp_path: Path) -> None:
    run(FAR, tmp_path)


def test_the_workspace_module_that_replaces_another(tmp_path: Path) -> None:
    """In a workspace the replacements of each of its modules count."""
    world = create(tmp_path / "world")
    (world.folder / "my lib/go.mod").write_text(
        "module example.com/lib\n\ngo 1.21\n\nrequire example.com/deep v1.0.0\n\nreplace example.com/deep => ../deep\n"
    )
    (world.folder / "my lib/lib.go").write_text('package lib\n\nimport "example.com/deep"\n\nvar Text = deep.Text\n')
    deep = world.folder / "deep/deep.go"
    deep.parent.mkdir()
    (deep.parent / "go.mod").write_text("module example.com/deep\n\ngo 1.21\n")
    deep.write_text('package deep\n\nconst Text = "deep-0"\n')
    EDITS["workspace"](world, 0)
    time.sleep(1.5 * SETTLED)
    assert not check(world, tmp_path / "reference")
    deep.write_text('package deep\n\nconst Text = "deep-1"\n')
    time.sleep(1.5 * SETTLED)
    assert not check(world, tmp_path / "reference")
