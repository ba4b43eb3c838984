"""Who is to blame for what is not static, or does not work without its C: by which imports, and what to do."""

from __future__ import annotations

import subprocess

import pytest

from slimdeploy.artifacts.build import Binary
from slimdeploy.build.cgo import STATIC
from slimdeploy.errors import LinkageRefused
from slimdeploy.tools.go import host
from tests.build.conftest import prove
from tests.build.sources import MAIN, Source, kept

SQLITE = "github.com/mattn/go-sqlite3"
NATIVE = 'package native\n\n// int one() { return 1; }\nimport "C"\n\nfunc One() int { return int(C.one()) }\n'
STORE = 'package store\n\nimport "example.com/team/app/native"\n\nfunc Two() int { return 2 * native.One() }\n'
USES = 'package main\n\nimport "example.com/team/app/store"\n\nfunc main() { println(store.Two()) }\n'
CHAIN = "imported by example.com/team/app -> example.com/team/app/store -> example.com/team/app/native"
APP = {"main.go": USES, "store/store.go": STORE, "native/native.go": NATIVE}
GO_ONLY = "//go:build !cgo\n\npackage native\n\nfunc One() int { return 1 }\n"


def test_a_known_stub_is_refused(source: Source) -> None:
    refused = kept(source, "sqlite_c").refusal()
    assert refused.code == 81
    assert refused.what.startswith(f"{SQLITE} is linked in without its C code")
    assert refused.details == (
        f"imported by example.com/team/notes -> example.com/team/notes/store -> {SQLITE}",
        'at run time the first query fails: "go-sqlite3 requires cgo to work. This is a stub"',
    )
    assert "modernc.org/sqlite" in refused.hint
    assert STATIC in refused.hint
    assert f'static.without_cgo = ["{SQLITE}"]' in refused.hint


def test_a_stub_that_is_accepted_passes(source: Source) -> None:
    kept(source, "sqlite_c").write({"slim.toml": f'static.without_cgo = ["{SQLITE}"]\n'}).compile()
    assert source.warnings == []


def test_another_package_without_its_c_is_warned_of_with_its_chain(source: Source) -> None:
    source.module().write(APP | {"native/go.go": GO_ONLY}).compile()
    (warning,) = source.warnings
    assert warning.startswith("example.com/team/app/native is linked in without its C code")
    assert CHAIN in warning
    assert 'static.without_cgo = ["example.com/team/app/native"]' in warning


def test_one_that_is_accepted_is_not(source: Source) -> None:
    accepted = {"slim.toml": 'static.without_cgo = ["example.com/team/app/native"]\n'}
    source.module().write(APP | {"native/go.go": GO_ONLY} | accepted).compile()
    assert source.warnings == []


def test_what_only_another_system_uses_is_no_alarm(source: Source) -> None:
    """Nor what go.mod merely lists."""
    windows = 'package main\n\nimport _ "example.com/team/app/native"\n'
    files = {"main.go": MAIN, "main_windows.go": windows, "native/native.go": NATIVE, "native/go.go": GO_ONLY}
    source.module().write(files).compile()
    assert source.warnings == []


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
def test_a_compile_error_for_want_of_c_names_the_package(source: Source, files: dict[str, str], said: str) -> None:
    refused = source.module().write(files).refusal()
    assert refused.code == 80
    assert refused.what == "example.com/team/app/native needs C (cgo), and . is built with CGO_ENABLED=0"
    assert refused.details[0] == CHAIN
    assert said in "\n".join(refused.details), "go's own lines stay"
    assert refused.hint == STATIC


def test_a_program_that_is_c_itself(source: Source) -> None:
    refused = source.module().write({"main.go": 'package main\n\nimport "C"\n\nfunc main() {}\n'}).refusal()
    assert (refused.code, refused.details[0]) == (80, "it is the program itself")


def test_libraries_without_any_c_are_found(source: Source) -> None:
    refused = kept(source, "purego").refusal()
    assert (refused.code, refused.what) == (
        81, "example.com/team/calls is linked dynamically: an empty image has no loader and no libraries",
    )  # fmt: skip
    assert "it needs the library libc.so.6" in refused.details
    assert any(line.startswith("github.com/ebitengine/purego asks for them") for line in refused.details)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ("-buildmode=plugin", "is a Go plugin, which another program would load"),
        ("-buildmode=plugin -ldflags=-s", "is a Go plugin, which another program would load"),
        ("-buildmode=c-shared", "is a shared library, not a program"),
        ("-buildmode=c-archive", "is an archive for a C program"),
    ],
)
def test_what_go_makes_instead_of_a_program_has_its_message(
    source: Source, monkeypatch: pytest.MonkeyPatch, flags: str, said: str
) -> None:
    monkeypatch.setenv("CGO_ENABLED", "1")
    source.module().write({"main.go": MAIN})
    made = source.folder / "made"
    subprocess.run(["go", "build", *flags.split(), "-o", made, "."], cwd=source.folder, check=True, capture_output=True)
    with pytest.raises(LinkageRefused, match=f"^./cmd/x {said}"):
        prove(Binary(made, "./cmd/x", host()))
