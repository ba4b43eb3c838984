"""Go projects that cannot be compiled as they are: each says what is wrong, and what to do, with its own exit code."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

from tests.compile.conftest import MAIN, Project, kept

GO_MOD = "module example.com/team/app\n\ngo 1.21\n"
IMPORTS = 'package main\n\nimport "{}"\n\nfunc main() {{ {} }}\n'
EMBEDS = 'package main\n\nimport _ "embed"\n\n//go:embed dist/app.js\nvar app string\n\nfunc main() { println(app) }\n'
USES_CHI = IMPORTS.format("github.com/go-chi/chi/v5", "chi.NewRouter()")
USES_LIB = IMPORTS.format("example.com/lib", "lib.X()")
OWN = "example.com/team/app"
NEWER = GO_MOD.replace("1.21", "1.99")
REPLACED = "\nrequire example.com/lib v0.0.0\n\nreplace example.com/lib => ../sibling\n"
CHI = "\nrequire github.com/go-chi/chi/v5 v5.2.1\n"
NO_VERSION = "go.mod has no module for github.com/go-chi/chi/v5"


class Wanted(NamedTuple):
    """The exit code, what is said, and the next step."""

    code: int
    what: str
    hint: str


REFUSED = {
    "no go.mod": ({"main.go": MAIN}, Wanted(66, "there is no go.mod in", "go mod init example.com/NAME")),
    "go.mod is further down": (
        {"api/go.mod": GO_MOD, "jobs/nightly/go.mod": GO_MOD, "vendor/x/go.mod": GO_MOD, "api/main.go": MAIN},
        Wanted(66, "Go modules are in: api, jobs/nightly", "choose one: -C api"),
    ),
    "a workspace's root": (
        {"go.work": "go 1.21\n\nuse ./api\n", "api/go.mod": GO_MOD, "api/main.go": MAIN},
        Wanted(66, "Go modules are in: api", 'build.main = "./api"'),
    ),
    "a workspace's root, with a library first": (
        {
            "go.work": "go 1.21\n\nuse ./alib\nuse ./api\n",
            "alib/go.mod": "module example.com/alib\n",
            "alib/alib.go": "package alib\n",
            "alib/gen.go": "//go:build ignore\n\n" + MAIN,
            "api/go.mod": GO_MOD,
            "api/cmd/api/main.go": MAIN,
        },
        Wanted(
            66, "Go modules are in: alib, api", 'choose one: -C api\nor name the program: build.main = "./api/cmd/api"'
        ),
    ),
    "main is in a module of its own": (
        {
            "go.mod": GO_MOD,
            "slim.toml": 'build.main = "./tool"',
            "tool/go.mod": "module example.com/tool\n",
            "tool/m.go": MAIN,
        },
        Wanted(80, "is not in the module example.com/team/app", "-C FOLDER"),
    ),
    "no main package": (
        {"go.mod": GO_MOD, "lib.go": "package lib\n"},
        Wanted(80, "has no main package", "package main"),
    ),
    "main is for another system": (
        {"go.mod": GO_MOD, "main_windows.go": MAIN, "gen.go": "//go:build ignore\n\n" + MAIN},
        Wanted(80, "app has no main package for linux/amd64: main_windows.go", "it has to be linux"),
    ),
    "main is for another system, and named": (
        {"go.mod": GO_MOD, "slim.toml": 'build.main = "."', "main_windows.go": MAIN},
        Wanted(80, "example.com/team/app has no Go files for this platform and these tags", "x_windows.go"),
    ),
    "several main packages": (
        {"go.mod": GO_MOD, "cmd/a/main.go": MAIN, "cmd/b/main.go": MAIN},
        Wanted(80, "has 2 main packages: ./cmd/a, ./cmd/b", 'build.main = "./cmd/a"'),
    ),
    "main names a library": (
        {"go.mod": GO_MOD, "slim.toml": 'build.main = "./lib"', "lib/lib.go": "package lib\n"},
        Wanted(81, "is not a main package: go wrote an archive", "package main"),
    ),
    "main names nothing": (
        {"go.mod": GO_MOD, "slim.toml": 'build.main = "./cmd/x"', "main.go": MAIN},
        Wanted(80, "there is no folder", "build.main"),
    ),
    "main names a folder without Go": (
        {"go.mod": GO_MOD, "slim.toml": 'build.main = "./doc"', "doc/x.md": "", "main.go": MAIN},
        Wanted(80, "there are no Go files in", "build.main"),
    ),
    "a compile error": (
        {"go.mod": GO_MOD, "main.go": "package main\n\nfunc main() { x }\n"},
        Wanted(80, "./main.go:3:15: undefined: x", ""),
    ),
    "embedded files are missing": (
        {"go.mod": GO_MOD, "main.go": EMBEDS},
        Wanted(80, "main.go:5:12: go:embed finds no dist/app.js", "generated first"),
    ),
    "a newer go line": (
        {"go.mod": NEWER, "main.go": MAIN},
        Wanted(80, "go.mod asks for Go 1.99, and this is 1.", 'golang:1.99"\nor go mod edit -go=1.'),
    ),
    "a newer go line in go.work": (
        {"go.mod": GO_MOD, "go.work": "go 1.99\n\nuse .\n", "main.go": MAIN},
        Wanted(80, "go.work asks for Go 1.99, and this is 1.", 'golang:1.99"\nor go work edit -go=1.'),
    ),
    "go.work is behind go.mod": (
        {"go.mod": NEWER, "go.work": "go 1.21\n\nuse .\n", "main.go": MAIN},
        Wanted(80, "module . asks for Go 1.99, and go.work for 1.21", "go work use"),
    ),
    "a newer go line in a replaced folder": (
        {
            "go.mod": GO_MOD + REPLACED.replace("..", "."),
            "main.go": USES_LIB,
            "sibling/go.mod": "module x\n\ngo 1.99\n",
        },
        Wanted(80, "./sibling asks for Go 1.99, and this is 1.", " ./sibling/go.mod"),
    ),
    "a typo in an import of our own": (
        {"go.mod": GO_MOD, "main.go": IMPORTS.format(OWN + "/internl/a", "a.X()"), "internal/a/a.go": "package a\n"},
        Wanted(80, f"there is no folder internl/a in {OWN}", f"did you mean {OWN}/internal/a?"),
    ),
    "a typo in an import of our own, vendored": (
        {"go.mod": GO_MOD, "main.go": IMPORTS.format(OWN + "/nope", "nope.X()"), "vendor/modules.txt": ""},
        Wanted(80, f"there is no folder nope in {OWN}", "correct the import"),
    ),
    "a typo in an import of our own, whose module has no dot": (
        {"go.mod": "module app\n", "main.go": IMPORTS.format("app/doc", "doc.X()"), "doc/x.md": ""},
        Wanted(80, "there are no Go files in doc of app", "correct the import"),
    ),
    "a package that Go does not have": (
        {"go.mod": GO_MOD, "main.go": IMPORTS.format("strconf", "strconf.X()")},
        Wanted(80, "there is no package strconf in Go's standard library", "by its module's path"),
    ),
    "a module is not in go.mod": ({"go.mod": GO_MOD, "main.go": USES_CHI}, Wanted(80, NO_VERSION, "go mod tidy")),
    "go.sum has no entry": (
        {"go.mod": GO_MOD + CHI, "main.go": USES_CHI},
        Wanted(76, "no checksum for github.com/go-chi/chi/v5", "go mod tidy"),
    ),
    "a replaced folder is missing": (
        {"go.mod": GO_MOD + REPLACED, "main.go": USES_LIB},
        Wanted(80, "replaces a module by ../sibling, which is not there", "check that repository out"),
    ),
    "a vendor folder is stale": (
        {"go.mod": GO_MOD + CHI, "main.go": USES_CHI, "vendor/modules.txt": ""},
        Wanted(80, "vendor/ is stale", "go mod vendor"),
    ),
}


@pytest.mark.parametrize(("files", "wanted"), REFUSED.values(), ids=REFUSED)
def test_it_says_what_is_wrong_and_what_to_do(project: Project, files: dict[str, str], wanted: Wanted) -> None:
    refused = project.write(files).refusal()
    said = "\n".join((refused.what, *refused.details))
    assert refused.code == wanted.code, said
    assert wanted.what in said
    assert wanted.hint in refused.hint


def test_a_folder_of_a_module_is_not_a_module(project: Project) -> None:
    refused = project.module().write({"cmd/x/main.go": MAIN}).refusal("cmd/x")
    assert refused.code == 66
    assert '-C ../.., and build.main = "./cmd/x"' in refused.hint


@pytest.mark.parametrize(
    ("flags", "wanted"),
    [
        ("-race", Wanted(80, "GOFLAGS asks for something that needs cgo", "GOFLAGS")),
        ("-asan", Wanted(80, "GOFLAGS asks for something that needs cgo", "-race, -msan, -asan, -linkshared")),
        ("-linkshared", Wanted(80, "GOFLAGS asks for something that needs cgo", "-linkshared")),
        ("-buildmode=shared", Wanted(80, "GOFLAGS asks for something that needs cgo", "shared")),
        ("-buildmode=c-shared", Wanted(80, "GOFLAGS asks for something that needs cgo", "GOFLAGS")),
        ("-buildmode=pie", Wanted(81, "is a position-independent executable, which asks for a loader", "GOFLAGS")),
        ("-n", Wanted(80, "wrote no binary", "GOFLAGS")),
        ("-toolexec=/bin/true", Wanted(78, "-toolexec", "GOFLAGS")),
    ],
)
def test_goflags_that_do_not_lead_to_a_static_program(
    project: Project, monkeypatch: pytest.MonkeyPatch, flags: str, wanted: Wanted
) -> None:
    monkeypatch.setenv("GOFLAGS", flags)
    refused = project.module().write({"main.go": MAIN}).refusal()
    assert refused.code == wanted.code
    assert wanted.what in refused.what
    assert wanted.hint in refused.hint


def test_a_workspace_that_is_not_there(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOWORK", "/nope/go.work")
    refused = project.module().write({"main.go": MAIN}).refusal()
    assert (refused.what, "unset GOWORK" in refused.hint) == ("GOWORK names /nope/go.work, which is not there", True)


def test_a_module_that_was_changed_is_an_integrity_error(project: Project) -> None:
    kept(project, "chi_cmd")
    sums = project.folder / "go.sum"
    sums.write_text(re.sub("h1:.", "h1:A", sums.read_text()))
    refused = project.refusal()
    assert (refused.code, "not what go.sum says" in refused.what) == (76, True)


def test_a_private_module_that_git_cannot_reach(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """What git says is lost: go tries https, then ssh, and only says that neither let it in."""
    monkeypatch.setenv("GOPRIVATE", "private.example.com")
    monkeypatch.setenv("GIT_ALLOW_PROTOCOL", "https")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    uses = IMPORTS.format("private.example.com/lib.git", "lib.X()")
    sums = "private.example.com/lib.git v1.0.0{0} h1:{1}=\n"
    project.module("\nrequire private.example.com/lib.git v1.0.0\n").write(
        {"main.go": uses, "go.sum": sums.format("", "A" * 43) + sums.format("/go.mod", "A" * 43)}
    )
    refused = project.refusal()
    assert (refused.code, "GOPRIVATE" in refused.hint) == (77, True), (refused.what, refused.details)


@pytest.mark.parametrize(("proxy", "what"), [("http://127.0.0.1:1", "does not answer"), ("off", "GOPROXY=off forbids")])
def test_no_module_proxy(project: Project, monkeypatch: pytest.MonkeyPatch, proxy: str, what: str) -> None:
    kept(project, "chi_cmd")
    monkeypatch.setenv("GOMODCACHE", str(project.folder.parent / "modules"))
    monkeypatch.setenv("GOPROXY", proxy)
    refused = project.refusal()
    assert (refused.code, what in refused.what) == (69, True), refused.what
