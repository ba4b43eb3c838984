"""The go command: what it says about a module, and what it is told to build."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from slimdeploy.artifacts.plan import CompilePlan
from slimdeploy.config.model import Config
from slimdeploy.errors import CompileFailed, UnreadableFile
from slimdeploy.facts.local import gather, main_packages
from slimdeploy.facts.modules import module_path
from slimdeploy.plan.build import make_build_plan
from slimdeploy.tools.go import Dependency, Go
from tests.unit.samples import config, facts

FILES = {
    "go.mod": "module example.com/team/shop\n\ngo 1.21\n",
    "cmd/web/main.go": 'package main\n\nimport "example.com/team/shop/store"\n\nfunc main() { store.Open() }\n',
    "cmd/job/main.go": "package main\n\nfunc main() {}\n",
    "store/store.go": 'package store\n\nimport "example.com/team/shop/native"\n\nfunc Open() { native.Open() }\n',
    "native/native.go": 'package native\n\nimport "C"\n\nfunc Open() {}\n',
    "native/pure.go": "package native\n\nfunc Pure() {}\n",
    "broken/broken.go": "package broken\n\nfunc {\n",
    "testdata/main.go": "package main\n\nfunc main() {}\n",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A module with two programs, a package that needs C, and one that does not parse."""
    folder = tmp_path_factory.mktemp("shop")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def plan_of(project: Path, package: str) -> CompilePlan:
    return make_build_plan(config(), facts(project=project, packages=(package,))).compile


def test_packages(shop: Path) -> None:
    found = {each.folder.relative_to(shop).as_posix(): each for each in Go(shop).packages()}
    assert {folder: each.name for folder, each in found.items() if folder != "broken"} == {
        "cmd/web": "main", "cmd/job": "main", "store": "store", "native": "native",
    }  # fmt: skip
    assert {each.module for each in found.values()} == {"example.com/team/shop"}


def test_dependencies_are_seen_with_cgo_and_the_program_comes_last(shop: Path) -> None:
    found = Go(shop).dependencies(plan_of(shop, "./cmd/web"), cgo=True)
    own = {each.package: each for each in found if not each.standard}
    native, store, web = (f"example.com/team/shop/{name}" for name in ("native", "store", "cmd/web"))
    assert list(own) == [native, store, web]
    assert found[-1] == own[web] == Dependency(web, (store,), False, False, "main", shop / "cmd/web")
    assert own[native].uses_cgo
    assert not own[store].uses_cgo
    assert {each.package for each in found if each.standard and each.uses_cgo} >= {"runtime/cgo"}


def test_without_cgo_a_package_is_still_there_if_it_has_other_files(shop: Path) -> None:
    names = [
        {each.package for each in Go(shop).dependencies(plan_of(shop, "./cmd/web"), cgo=cgo)} for cgo in (True, False)
    ]
    assert "example.com/team/shop/native" in names[0] & names[1]
    assert "runtime/cgo" in names[0] - names[1]


def test_the_version_is_gos_own() -> None:
    assert re.fullmatch(r"go1\.\d+(\.\d+)?\S*", Go(Path()).version())


def test_main_packages_are_relative_and_in_order(shop: Path) -> None:
    assert main_packages(Go(shop)) == ("./cmd/job", "./cmd/web")


def test_a_project_behind_a_symlink(shop: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(shop)
    assert main_packages(Go(tmp_path / "link")) == ("./cmd/job", "./cmd/web")


def test_a_program_at_the_root(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/root\n")
    (tmp_path / "main.go").write_text("package main\n\nfunc main() {}\n")
    assert main_packages(Go(tmp_path)) == (".",)


def test_a_go_mod_that_go_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/x\nrequire (\n")
    with pytest.raises(CompileFailed, match=r"go list \./\.\.\. failed") as failure:
        main_packages(Go(tmp_path))
    assert any("go.mod:" in line for line in failure.value.details)


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("module example.com/x\n", "example.com/x"),
        ('// a comment\nmodule "example.com/x" // why\n\ngo 1.21\n', "example.com/x"),
        ("go 1.21\nmodule\texample.com/x/v2\n", "example.com/x/v2"),
    ],
)
def test_the_module_path(text: str, module: str, tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text(text)
    assert module_path(tmp_path) == module


@pytest.mark.parametrize("text", [None, "", "go 1.21\n"])
def test_no_module(text: str | None, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "go.mod").write_text(text)
    with pytest.raises(UnreadableFile, match=r"go\.mod") as failure:
        module_path(tmp_path)
    assert "go mod" in failure.value.hint


def test_go_is_not_asked_for_a_main_package_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "go.mod").write_text("module example.com/x\nthis is not a go.mod\n")
    found = gather(Go(tmp_path), Config.model_validate({"build": {"main": "./cmd/x"}}))
    assert (found.module, found.packages, found.version) == ("example.com/x", ("./cmd/x",), "dev")
