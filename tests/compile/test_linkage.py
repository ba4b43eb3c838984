"""The linkage gate, with real programs: who is to blame, by which imports, and what to do."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Binary
from slimdeploy.artifacts.plan import LinkagePlan, Platform
from slimdeploy.build.cgo import STATIC, ImportGraph
from slimdeploy.build.linkage import prove_static
from slimdeploy.errors import LinkageRefused
from slimdeploy.tools.go import Dependency
from tests.compile.conftest import MAIN, Project, kept
from tests.unit.samples import AMD64

SQLITE = "github.com/mattn/go-sqlite3"
NATIVE = 'package native\n\n// int one() { return 1; }\nimport "C"\n\nfunc One() int { return int(C.one()) }\n'
STORE = 'package store\n\nimport "example.com/team/app/native"\n\nfunc Two() int { return 2 * native.One() }\n'
USES = 'package main\n\nimport "example.com/team/app/store"\n\nfunc main() { println(store.Two()) }\n'
CHAIN = "imported by example.com/team/app -> example.com/team/app/store -> example.com/team/app/native"
APP = {"main.go": USES, "store/store.go": STORE, "native/native.go": NATIVE}
GO_ONLY = "//go:build !cgo\n\npackage native\n\nfunc One() int { return 1 }\n"


def test_a_known_stub_is_refused(project: Project) -> None:
    refused = kept(project, "sqlite_c").refusal()
    assert refused.code == 81
    assert refused.what.startswith(f"{SQLITE} is linked in without its C code")
    assert refused.details == (
        f"imported by example.com/team/notes -> example.com/team/notes/store -> {SQLITE}",
        'at run time the first query fails: "go-sqlite3 requires cgo to work. This is a stub"',
    )
    assert "modernc.org/sqlite" in refused.hint
    assert STATIC in refused.hint
    assert f'static.without_cgo = ["{SQLITE}"]' in refused.hint


def test_a_stub_that_is_accepted_passes(project: Project) -> None:
    kept(project, "sqlite_c").write({"slim.toml": f'static.without_cgo = ["{SQLITE}"]\n'}).compile()
    assert project.warnings == []


def test_another_package_without_its_c_is_warned_of_with_its_chain(project: Project) -> None:
    project.module().write(APP | {"native/go.go": GO_ONLY}).compile()
    (warning,) = project.warnings
    assert warning.startswith("example.com/team/app/native is linked in without its C code")
    assert CHAIN in warning
    assert 'static.without_cgo = ["example.com/team/app/native"]' in warning


def test_one_that_is_accepted_is_not(project: Project) -> None:
    accepted = {"slim.toml": 'static.without_cgo = ["example.com/team/app/native"]\n'}
    project.module().write(APP | {"native/go.go": GO_ONLY} | accepted).compile()
    assert project.warnings == []


def test_what_is_accepted_and_not_there_is_said_at_its_place(project: Project) -> None:
    accepted = 'image.tag = "{version}"\nstatic.without_cgo = ["example.com/team/app/nativ"]\n'
    project.module().write(APP | {"native/go.go": GO_ONLY, "slim.toml": accepted}).compile()
    tag, missing = (each for each in project.warnings if each.startswith("slim.toml:") or "/slim.toml:" in each)
    assert tag.endswith("slim.toml:1:13: image.tag: git knows no version of this project: {version} is dev")
    assert "slim.toml:2:23: static.without_cgo[0]: example.com/team/app/nativ is not in the program; did you" in missing


def test_what_only_another_system_uses_is_no_alarm(project: Project) -> None:
    """Nor what go.mod merely lists."""
    windows = 'package main\n\nimport _ "example.com/team/app/native"\n'
    files = {"main.go": MAIN, "main_windows.go": windows, "native/native.go": NATIVE, "native/go.go": GO_ONLY}
    project.module().write(files).compile()
    assert project.warnings == []


NO_GO = {**APP, "native/native.c": "int two() { return 2; }\n"}
UNDEFINED = {**APP, "native/more.go": "package native\n\nvar Three = One() + 2\n"}
ELSEWHERE = {**APP, "native/more.go": "package native\n\nvar Three = 3\n"}


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param(NO_GO, "build constraints exclude all Go files", id="nothing is left of the package"),
        pytest.param(UNDEFINED, "native/more.go:3:13: undefined: One", id="something is missing in it"),
        pytest.param(
            ELSEWHERE, "store/store.go:5:36: undefined: native.One", id="something is missing where it is used"
        ),
    ],
)
def test_a_compile_error_for_want_of_c_names_the_package(project: Project, files: dict[str, str], said: str) -> None:
    refused = project.module().write(files).refusal()
    assert refused.code == 80
    assert (
        refused.what
        == "example.com/team/app/native needs C (cgo), and example.com/team/app is built with CGO_ENABLED=0"
    )
    assert refused.details[0] == CHAIN
    assert said in "\n".join(refused.details), "go's own lines stay"
    assert refused.hint == STATIC


def test_a_program_that_is_c_itself(project: Project) -> None:
    refused = project.module().write({"main.go": 'package main\n\nimport "C"\n\nfunc main() {}\n'}).refusal()
    assert (refused.code, refused.details[0]) == (80, "it is the program itself")


def test_libraries_without_any_c_are_found(project: Project) -> None:
    refused = kept(project, "purego").refusal()
    assert (refused.code, refused.what) == (
        81, "example.com/team/calls is linked dynamically: an empty image has no loader and no libraries",
    )  # fmt: skip
    assert "it needs the library libc.so.6" in refused.details
    assert any(line.startswith("github.com/ebitengine/purego asks for them") for line in refused.details)


def refused_file(path: Path, platform: Platform = AMD64) -> LinkageRefused:
    graph = ImportGraph((Dependency("example.com/app", (), standard=False, uses_cgo=False),), frozenset())
    with pytest.raises(LinkageRefused) as refused:
        prove_static(LinkagePlan(), Binary(path, ".", platform), graph, lambda _: None)
    return refused.value


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("go build -buildmode=plugin", "is a Go plugin, which another program would load"),
        ("go build -buildmode=plugin -ldflags=-s", "is a Go plugin, which another program would load"),
        ("go build -buildmode=c-shared", "is a shared library, not a program"),
        ("go build -buildmode=c-archive", "is an archive for a C program"),
        ("gcc -shared -x c", "is a shared library, not a program"),
        ("gcc -c -x c", "is no program, but an ELF file of the type ET_REL"),
        ("gcc -x c", "is linked dynamically"),
        ("cp", "is no ELF file"),
    ],
)
def test_each_other_kind_of_file_has_its_message(
    project: Project, monkeypatch: pytest.MonkeyPatch, command: str, said: str
) -> None:
    monkeypatch.setenv("CGO_ENABLED", "1")
    project.module().write({"main.go": MAIN, "x": "int main() { return 0; }\n"})
    tool = command.split()
    arguments = ["x", "out"] if tool == ["cp"] else ["-o", "out", "." if tool[0] == "go" else "x"]
    subprocess.run([*tool, *arguments], cwd=project.folder, check=True, capture_output=True)
    assert refused_file(project.folder / "out").what.startswith(f"example.com/app {said}")


def test_another_architecture(project: Project) -> None:
    binary = project.module().write({"main.go": MAIN, "slim.toml": 'build.platforms = ["linux/arm64"]\n'}).compile()
    refused = refused_file(binary.path, AMD64)
    assert refused.what == "example.com/app is built for arm64, and linux/amd64 is wanted"
    assert 'build.platforms = ["linux/arm64"]' in refused.hint
