"""Strategy builder: go inside of a builder image gives the very image that go of this machine gives."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from slimdeploy.artifacts.plan import Pinned
from slimdeploy.artifacts.release import Order
from slimdeploy.build.builder import is_whole, write_settings
from slimdeploy.build.pulling import folder_name
from slimdeploy.config.model import Config
from slimdeploy.errors import CompileFailed, ImageFailed
from slimdeploy.events import Event, StepDone
from slimdeploy.facts.source import SETTLED
from slimdeploy.pipeline import build
from slimdeploy.plan.deploy import Overrides
from slimdeploy.tools.go import host
from slimdeploy.workbench import Building, Request
from tests.build import bases, programs
from tests.build.conftest import Workshop, go_cache, variables
from tests.build.measured import measured, total
from tests.cluster.registry import Registry
from tests.unit.samples import config


@pytest.fixture(scope="module")
def image(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> str:
    """A builder image in the registry, with its digest."""
    folder = tmp_path_factory.mktemp("builder") / "layout"
    settings = {"Env": ["PATH=/usr/local/go/bin:/bin"]}
    layout = bases.make(folder, bases.files({"etc/passwd": "root:x:0:0::/:/bin/sh\n"}), bases.go_tree, **settings)
    return f"{registry}/golang@{bases.push(layout, f'{registry}/golang:1')}"


@pytest.fixture(scope="module")
def prepared(image: str, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """A workshop whose builder has this machine's build cache: the same Go, so the same packages, compiled before."""
    cache = tmp_path_factory.mktemp("cache")
    pinned = Pinned(image, image.partition("@")[2])
    folder = cache / "slimdeploy/builders" / folder_name(pinned, host())
    folder.mkdir(parents=True)
    (folder / "gocache").symlink_to(go_cache())
    return Workshop(cache)


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """This machine's module cache, which nobody may write to."""
    folder = tmp_path / "modules"
    (folder / "cache/download").mkdir(parents=True)
    monkeypatch.setenv("GOMODCACHE", str(folder))
    yield folder
    assert [path.name for path in folder.rglob("*")] == ["cache", "download"]


def inside(image: str, **build: object) -> Config:
    return config(build={"strategy": "builder", "builder_image": image, **build})


def test_the_same_image_as_from_this_machine(
    prepared: Workshop, image: str, project: Callable[[str], Path], modules: Path
) -> None:
    module = project("plain")
    time.sleep(2 * SETTLED)  # so that the sources do not look as if they still changed
    built = prepared.build(module, inside(image), seen := list[Event]()).image
    assert built.digest == prepared.build(module).image.digest
    again = prepared.build(module, inside(image), more := list[Event]()).image
    assert again == built
    steps = [event.step for event in seen if isinstance(event, StepDone)]
    assert steps == ["pull", "unpack", "compile", "image"]
    assert [event.step for event in more if isinstance(event, StepDone)] == ["build"]
    assert not [line for line in Path("/proc/mounts").read_text().splitlines() if str(prepared.cache) in line]
    assert not list(modules.glob("*.mod"))


def test_its_size_has_names_for_data(prepared: Workshop, image: str, project: Callable[[str], Path]) -> None:
    """The program is linked once more with symbols, by the image's go: the same bytes otherwise."""
    found = measured(project("plain"), prepared, config=inside(image)).now
    assert found.program is not None
    assert found.program.named
    assert total(found.program) == found.program.size


def test_go_says_where_and_buildah_says_nothing(prepared: Workshop, image: str, project: Callable[[str], Path]) -> None:
    with pytest.raises(CompileFailed) as caught:
        prepared.build(project("broken"), inside(image))
    assert any(line.startswith("./main.go:4:9: ") for line in caught.value.details)
    assert not [line for line in caught.value.details if "subprocess" in line or "exit status" in line]


def test_what_is_not_static_is_explained_as_ever(
    prepared: Workshop, image: str, project: Callable[[str], Path]
) -> None:
    with pytest.raises(CompileFailed, match="native needs C"):
        prepared.build(project("excluded"), inside(image))


def test_several_at_once(prepared: Workshop, image: str, tmp_path: Path) -> None:
    """Two projects, and for each of them go is asked while it compiles: a container each."""
    folders = [programs.write("plain", tmp_path / name) for name in ("a", "b")]
    for number, folder in enumerate(folders):
        (folder / "main.go").write_text(f"package main\n\nfunc main() {{ println({number}) }}\n")
    with ThreadPoolExecutor() as pool:  # each in a process-wide environment of the same values
        built = list(pool.map(lambda folder: prepared.build(folder, inside(image)).image.digest, folders))
    assert built[0] != built[1]


def test_several_platforms_twice(
    prepared: Workshop, image: str, project: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index that this machine's go makes; `--verify` compiles again, with an empty cache in the container."""
    module, platforms = project("plain"), ["linux/amd64", "linux/arm64"]
    for name, value in variables(prepared.cache).items():
        monkeypatch.setenv(name, value)
    wanted = inside(image, platforms=platforms)
    request = Request(module, wanted, Overrides(), Order(60), Building(verify=True))
    built = build(request, (seen := list[Event]()).append).image
    assert [event.step for event in seen if isinstance(event, StepDone)][-3:] == ["compile", "verify", "image"]
    assert built.digest == prepared.build(module, config(build={"platforms": platforms})).image.digest


def test_an_image_without_go(
    workshop: Workshop, registry: Registry, project: Callable[[str], Path], tmp_path: Path
) -> None:
    bases.push(bases.make(tmp_path / "base", bases.files({"bin/x": "x"})), f"{registry}/gone:1")
    with pytest.raises(ImageFailed, match=f"{registry}/gone:1 has no go"):
        workshop.build(project("plain"), inside(f"{registry}/gone:1"))


def test_settings_go_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [each for each in os.environ if each.startswith("GO")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GOPROXY", "https://user:password@proxy.example.com,direct")
    monkeypatch.setenv("GOFLAGS", "-mod=vendor '-ldflags=-X a=b c'")
    file = write_settings(tmp_path / "goenv", "https://default.example.com", [Path("/modules")])
    assert file.stat().st_mode & 0o777 == 0o600
    assert set(file.read_text().splitlines()) == {
        "GOPROXY=file:///modules,https://user:password@proxy.example.com,direct",
        "GOFLAGS=-mod=vendor '-ldflags=-X a=b c' -modcacherw",
    }
    monkeypatch.delenv("GOPROXY")
    assert (
        "GOPROXY=https://default.example.com\n" in write_settings(file, "https://default.example.com", []).read_text()
    )


def test_an_answer_that_buildah_cut_off_is_known() -> None:
    """By its end: buildah says nothing, and ends with 0."""
    deps = ("list", "-deps", "-json=ImportPath,DepOnly")
    first, last = '{\n\t"ImportPath": "fmt",\n\t"DepOnly": true\n}\n', '{\n\t"ImportPath": "x"\n}\n'
    assert is_whole(deps, first + last)
    assert is_whole(deps, last)
    for cut in ("", first, (first + last)[:-4], first[:20]):
        assert not is_whole(deps, cut)
    assert is_whole(("env", "GOVERSION"), "go1.26\n")
    assert not is_whole(("env", "GOVERSION"), "")
    assert is_whole(("build", "."), "")
