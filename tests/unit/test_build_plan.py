"""What is decided about a build, from slim.toml and the Go module."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from slimdeploy.artifacts.plan import Platform
from slimdeploy.errors import CompileFailed
from slimdeploy.plan.build import app_name, make_build_plan
from tests.unit.samples import config, facts


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("example.com/team/hello", "hello"),
        ("example.com/team/hello/v2", "hello"),
        ("example.com/team/hello/v11", "hello"),
        ("example.com/team/v2ray", "v2ray"),
        ("gopkg.in/yaml.v3", "yaml-v3"),
        ("example.com", "example-com"),
        ("example.com/v2", "example-com"),
        ("v2", "v2"),
        ("hello", "hello"),
        ("example.com/Hello_World", "hello-world"),
        ("example.com/_x_", "x"),
        ("example.com/9lives", "app-9lives"),
        ("example.com/~", "app"),
    ],
)
def test_the_name_comes_from_the_module_path(module: str, name: str) -> None:
    assert app_name(config(), module) == name


def test_a_name_in_slim_toml_wins() -> None:
    assert app_name(config(app={"name": "greeter"}), "example.com/team/hello") == "greeter"


MODULE_PATHS = st.from_regex(r"[A-Za-z0-9._~-]{1,60}(/[A-Za-z0-9._~-]{1,60}){0,2}", fullmatch=True)


@given(MODULE_PATHS)
@example("example.com/" + "9" * 60)
@example("example.com/" + "a" * 42 + "-b")
def test_every_name_is_a_short_dns_label(module: str) -> None:
    name = app_name(config(), module)
    assert re.fullmatch(r"[a-z]([a-z0-9-]*[a-z0-9])?", name)
    assert len(name) <= 43


def test_the_only_main_package_is_built() -> None:
    assert make_build_plan(config(), facts(packages=("./cmd/hello",))).compile.package == "./cmd/hello"


def test_a_library_cannot_be_built() -> None:
    with pytest.raises(CompileFailed, match="hello has no main package"):
        make_build_plan(config(), facts(packages=()))


def test_several_main_packages_are_listed() -> None:
    with pytest.raises(CompileFailed, match=r"2 main packages: \./cmd/a, \./cmd/b") as failure:
        make_build_plan(config(), facts(packages=("./cmd/a", "./cmd/b")))
    assert 'build.main = "./cmd/a"' in failure.value.hint


@pytest.mark.parametrize("architecture", ["amd64", "arm64"])
def test_linux_on_this_architecture_is_the_default(architecture: str) -> None:
    plan = make_build_plan(config(), facts(architecture=architecture))
    assert plan.compile.platform == plan.image.platform == Platform("linux", architecture)


@pytest.mark.parametrize(
    ("written", "platform"),
    [
        ("linux/arm64", Platform("linux", "arm64")),
        ("linux/arm/v7", Platform("linux", "arm", "v7")),
        ("linux/amd64/v3", Platform("linux", "amd64", "v3")),
    ],
)
def test_the_platform_of_slim_toml_is_built(written: str, platform: Platform) -> None:
    plan = make_build_plan(config(build={"platforms": [written]}), facts())
    assert plan.compile.platform == plan.image.platform == platform
    assert str(platform) == written


def test_the_program_is_the_entrypoint() -> None:
    plan = make_build_plan(config(app={"name": "greeter"}, image={"user": 1234}), facts())
    assert (plan.app, plan.rootfs.entrypoint, plan.image.entrypoint, plan.image.user) == (
        "greeter", "/greeter", "/greeter", 1234,
    )  # fmt: skip


def test_the_static_flags_are_taken_over() -> None:
    static = {"ldflags": ["-s"], "trimpath": False, "rebuild_all": True, "installsuffix": "static"}
    plan = make_build_plan(config(static=static, build={"tags": ["netgo"]}), facts()).compile
    assert (plan.ldflags, plan.trimpath, plan.rebuild_all, plan.installsuffix, plan.tags) == (
        ("-s",), False, True, "static", ("netgo",),
    )  # fmt: skip
