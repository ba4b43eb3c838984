"""Which platforms are built, how many at once, and what an image for several says about itself."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.plan import Platform
from slimdeploy.build.layers import inherit
from slimdeploy.errors import PolicyRefused
from slimdeploy.events import Event, Note, Once, StepStarted, Warned
from slimdeploy.facts.host import check_host
from slimdeploy.plan.build import make_build_plan, parse_platform
from tests.unit.samples import AMD64, config, facts

ARM64 = Platform("linux", "arm64")


def test_in_a_fixed_order() -> None:
    plan = make_build_plan(config(build={"platforms": ["linux/arm64", "linux/amd64"]}), facts())
    assert plan.platforms == (AMD64, ARM64)
    assert [(each.compile.platform, each.image.platform, each.shelf) for each in plan.each] == [
        (AMD64, AMD64, "linux-amd64"),
        (ARM64, ARM64, "linux-arm64"),
    ]


def test_one_is_the_plan_itself() -> None:
    plan = make_build_plan(config(), facts(processors=8))
    assert (plan.each, plan.shelf, plan.compile.jobs, plan.side_by_side) == ((plan,), "", None, 1)


def test_the_nodes_are_the_platforms() -> None:
    plan = make_build_plan(config(build={"platforms": "cluster"}), facts(nodes=(ARM64, AMD64, ARM64)))
    assert plan.platforms == (AMD64, ARM64)


@pytest.mark.parametrize(
    ("jobs", "processors", "count", "side_by_side", "each"),
    [
        (None, 8, 2, 2, 4),
        (None, 8, 6, 4, 2),
        (None, 1, 3, 1, None),
        (1, 8, 3, 1, 1),
        (6, 2, 3, 3, 2),
        (3, 8, 1, 1, 3),
    ],
)
def test_jobs_are_shared(jobs: int | None, processors: int, count: int, side_by_side: int, each: int | None) -> None:
    names = ["linux/amd64", "linux/arm64", "linux/arm", "linux/386", "linux/s390x", "linux/riscv64"][:count]
    build = {"platforms": names} | ({"jobs": jobs} if jobs else {})
    plan = make_build_plan(config(build=build), facts(processors=processors))
    assert (plan.side_by_side, plan.compile.jobs) == (side_by_side, each)


def test_the_image_that_fits() -> None:
    one, other = (Image(Path("x"), "sha256:1", each, (), 1, 1) for each in (AMD64, ARM64))
    both = Image(Path("x"), "sha256:2", AMD64, (), 1, 2, variants=(one, other))
    assert (both.fitting("arm64"), both.fitting("s390x"), one.fitting("arm64")) == (other, one, one)
    assert both.platforms == "linux/amd64, linux/arm64"


def test_several_platforms_say_the_same_once() -> None:
    seen: list[Event] = []
    once = Once(seen.append)
    for event in (Warned("a"), Note("a"), Warned("a"), StepStarted("x"), StepStarted("x")):
        once(event)
    assert seen == [Warned("a"), Note("a"), StepStarted("x"), StepStarted("x")]


def test_what_is_inherited() -> None:
    base = {"Env": ["A=1"], "Labels": {"a": "1"}, "Cmd": ["x"], "Volumes": {"/x": {}}, "StopSignal": "SIGQUIT"}
    assert inherit(base, {"User": "1", "Labels": {"a": "2"}}) == {"User": "1", "Env": ["A=1"], "Labels": {"a": "2"}}
    assert inherit({}, {"User": "1"}) == {"User": "1"}


@pytest.mark.parametrize(
    ("machine", "emulated", "platforms", "runs"),
    [
        ("x86_64", "", ("linux/amd64",), True),
        ("x86_64", "", ("linux/arm64",), False),
        ("x86_64", "", ("linux/386",), True),
        ("x86_64", "", ("linux/arm64", "linux/amd64/v3"), True),
        ("x86_64", "", ("linux/arm64", "linux/s390x"), False),
        ("x86_64", "qemu-aarch64", ("linux/arm64", "linux/s390x"), True),
        ("x86_64", "qemu-aarch64", ("linux/arm64",), True),
        ("x86_64", "qemu-s390x", ("linux/arm64", "linux/s390x"), False),  # podman is given the first
        ("aarch64", "", ("linux/arm/v7",), True),
        ("aarch64", "", ("linux/amd64",), False),
    ],
)
def test_what_this_machine_can_run(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    *,
    machine: str,
    emulated: str,
    platforms: tuple[str, ...],
    runs: bool,
) -> None:
    monkeypatch.setattr("platform.machine", lambda: machine)
    monkeypatch.setattr("slimdeploy.facts.host.EMULATORS", tmp_path)
    if emulated:
        (tmp_path / emulated).touch()
    refused = pytest.raises(PolicyRefused, match=r"this machine is linux/\w+, build.platforms is")
    with nullcontext() if runs else refused:
        check_host(tuple(map(parse_platform, platforms)))
