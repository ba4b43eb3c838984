"""Go projects as they are: each shape is compiled, with real libraries, and runs."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from slimdeploy.config.reader import default_config
from slimdeploy.plan.deploy import Overrides
from slimdeploy.workbench import Request, name_of
from tests.compile.conftest import MAIN, Project, kept
from tests.compile.private import MODULE, VERSION, module_server

GOFLAGS = {
    "-p=1 -mod=readonly -modcacherw": False,
    "-v -x -work": False,
    "-buildvcs=true -trimpath=false": False,
    "-a": False,
    "'-gcflags=all=-N -l'": True,
    "-cover": True,
}
"""And whether the program becomes another one."""


def name(project: Project) -> str:
    return name_of(Request(project.folder, default_config(), Overrides()))


@pytest.mark.parametrize(
    ("shape", "app", "said"),
    [
        pytest.param("gin_v2", "web", "hello from v2 1", id="gin, module path ends in v2, main at the root"),
        pytest.param("chi_cmd", "shop", "hello from chi 1", id="chi, module path without a dot, main in cmd"),
        pytest.param("grpc_internal", "rpc", "hello from grpc 1", id="grpc, main in internal"),
        pytest.param("sqlite_pure", "notes", "hello from sqlite", id="sqlite without C"),
    ],
)
def test_shapes(project: Project, shape: str, app: str, said: str) -> None:
    assert kept(project, shape).says() == said
    assert name(project) == app
    assert project.warnings == [], "none of these has left out anything"


def test_one_of_several_programs(project: Project) -> None:
    kept(project, "cobra_several").write({"slim.toml": 'build.main = "./cmd/greet"\n'})
    assert project.says() == "hello from greet"


def test_vendored_modules_need_no_network(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(project, "chi_cmd")
    subprocess.run(["go", "mod", "vendor"], cwd=project.folder, check=True, capture_output=True)
    monkeypatch.setenv("GOMODCACHE", str(project.folder.parent / "empty"))
    monkeypatch.setenv("GOPROXY", "off")
    assert project.says() == "hello from chi 1"


USES_PRIVATE = f'package main\n\nimport "{MODULE}"\n\nfunc main() {{ lib.X() }}\n'
LIB = {"lib/go.mod": "module example.com/team/lib\n\ngo 1.21\n", "lib/lib.go": 'package lib\n\nconst Text = "hi"\n'}
USES_LIB = 'package main\n\nimport "example.com/team/lib"\n\nfunc main() { print(lib.Text) }\n'
API = {"api/go.mod": "module example.com/team/api\n\ngo 1.21\n", "api/main.go": USES_LIB}
WORK = {"go.work": "go 1.21\n\nuse (\n\t./api\n\t./lib\n)\n"}


def test_a_replaced_sibling(project: Project) -> None:
    more = "\nrequire example.com/team/lib v0.0.0\n\nreplace example.com/team/lib => ../lib\n"
    project.write(LIB | API | {"api/go.mod": API["api/go.mod"] + more}).compile("api")


def test_a_module_of_a_workspace(project: Project) -> None:
    project.write(LIB | API | WORK).compile("api")


def test_a_workspace_from_its_root(project: Project) -> None:
    project.write(LIB | API | WORK | {"slim.toml": 'build.main = "./api"\n'}).compile()


def test_generated_files_that_are_there_are_embedded(project: Project) -> None:
    embeds = 'package main\n\nimport _ "embed"\n\n//go:embed dist/page.txt\nvar Page string\n\nfunc main() {}\n'
    project.module().write({"main.go": embeds, "dist/page.txt": "hello"}).compile()


def test_goflags_are_kept_and_what_they_do_to_the_program_is_said(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every flag that GOFLAGS may hold: the bytes are the same, or it is said that they are not."""
    plain = project.module().write({"main.go": MAIN}).compile().sha256
    for flags, changes in GOFLAGS.items():
        monkeypatch.setenv("GOFLAGS", flags)
        project.events.clear()
        same = project.compile().sha256 == plain
        assert (same, any("changes the program" in each for each in project.warnings)) == (not changes, changes), flags


def test_tags_of_goflags_are_not_used_and_that_is_said(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOFLAGS", "-tags=other")
    tagged = "//go:build other\n\npackage main\n\nfunc init() { panic(1) }\n"
    project.module().write({"main.go": MAIN, "other.go": tagged, "cmd/x/x.go": tagged + "func main() {}\n"}).says()
    assert project.warnings == ["-tags of GOFLAGS is not used: build.tags in slim.toml is"]


def test_a_toolchain_line_downloads_nothing(project: Project) -> None:
    project.module("\ntoolchain go1.99.0\n").write({"main.go": MAIN}).compile()


def test_a_private_module_over_git(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """GOPRIVATE and git's settings reach go: the address is one that only this git knows."""
    monkeypatch.setenv("GOMODCACHE", str(project.folder.parent / "modules"))
    monkeypatch.setenv("GOFLAGS", "-modcacherw")
    monkeypatch.setenv("GOPRIVATE", "private.example.com")
    library = project.folder.parent / "library"
    Project(library).write({"go.mod": "module private.example.com/lib.git\n", "lib.go": "package lib\n\nfunc X() {}\n"})
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.com"]
    for command in (["init", "-q"], ["add", "."], [*identity, "commit", "-qm", "x"], ["tag", "v1.0.0"]):
        subprocess.run(["git", *command], cwd=library, check=True)
    for key, value in {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.file://{library}.insteadOf",
        "GIT_CONFIG_VALUE_0": "https://private.example.com/lib",
    }.items():
        monkeypatch.setenv(key, value)
    uses = 'package main\n\nimport lib "private.example.com/lib.git"\n\nfunc main() { lib.X() }\n'
    project.module("\nrequire private.example.com/lib.git v1.0.0\n").write({"main.go": uses})
    subprocess.run(["go", "mod", "tidy"], cwd=project.folder, check=True, capture_output=True)
    shutil.rmtree(project.folder.parent / "modules")
    project.compile()


def test_a_private_module_behind_a_login(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOMODCACHE", str(project.folder.parent / "modules"))
    monkeypatch.setenv("GOFLAGS", "-modcacherw")
    with module_server(project.folder.parent) as variables:
        for key, value in variables.items():
            monkeypatch.setenv(key, value)
        project.module(f"\nrequire {MODULE} {VERSION}\n").write({"main.go": USES_PRIVATE})
        subprocess.run(["go", "mod", "tidy"], cwd=project.folder, check=True, capture_output=True)
        shutil.rmtree(project.folder.parent / "modules")
        monkeypatch.setenv("NETRC", str(project.folder.parent / "none"))
        refused = project.refusal()
        monkeypatch.setenv("NETRC", variables["NETRC"])
        project.compile()
    assert (refused.code, "401" in "".join(refused.details), "~/.netrc" in refused.hint) == (77, True, True), refused
