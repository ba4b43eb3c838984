"""What a program needs, decided from the functions that are linked into it."""

from __future__ import annotations

import pytest

from slimdeploy.artifacts.build import ImageFile
from slimdeploy.artifacts.plan import RootfsPlan
from slimdeploy.build import contents
from slimdeploy.build.needs import HAS_ZONES, LOADS_ZONES, READS_ROOTS, why_accounts, why_authorities, why_zones
from slimdeploy.build.rootfs import group, passwd
from slimdeploy.plan.build import make_build_plan
from tests.unit.samples import config, facts

MAIN = "main.main"
ROOTS, ZONES = READS_ROOTS[0], LOADS_ZONES[0]


@pytest.mark.parametrize(
    ("ca", "functions", "needed"),
    [
        ("auto", {ROOTS, MAIN}, True),
        ("auto", {MAIN}, False),
        ("auto", set(), True),
        ("none", {ROOTS}, False),
        ("system", {MAIN}, True),
    ],
)
def test_who_needs_the_bundle(ca: str, functions: set[str], needed: bool) -> None:
    assert bool(why_authorities(RootfsPlan("/hello", ca), frozenset(functions))) is needed


@pytest.mark.parametrize(
    ("timezones", "functions", "needed"),
    [
        ("auto", {ZONES}, True),
        ("auto", {MAIN, "time.LoadLocationFromTZData"}, False),
        ("auto", {ZONES, HAS_ZONES}, False),
        ("auto", set(), True),
        ("none", {ZONES}, False),
        ("system", {MAIN}, True),
        ("system", {MAIN, HAS_ZONES}, False),
    ],
)
def test_who_needs_time_zones(timezones: str, functions: set[str], needed: bool) -> None:
    assert bool(why_zones(RootfsPlan("/hello", "auto", timezones=timezones), frozenset(functions))) is needed


@pytest.mark.parametrize(
    ("functions", "why"),
    [
        ({MAIN}, ""),
        ({MAIN, "os/user.Current"}, "os/user.Current is linked in"),
        ({"os/user.LookupGroup"}, "os/user.LookupGroup is linked in"),
        ({"os/user.init", "os/user.UnknownUserIdError.Error"}, ""),
        (set(), "os/user.Current may be linked in"),
    ],
)
def test_who_needs_accounts(functions: set[str], why: str) -> None:
    assert why_accounts(frozenset(functions)) == why


def test_the_numeric_user_has_a_name() -> None:
    assert passwd(1234).splitlines()[1] == "nonroot:x:1234:1234:nonroot:/:/sbin/nologin"
    assert group(1234).splitlines()[1] == "nonroot:x:1234:"
    assert all(line.count(":") == 6 for line in passwd(1).splitlines())


@pytest.mark.parametrize(
    ("tables", "timezones", "tags"),
    [
        ({}, "auto", ()),
        ({"image": {"timezones": "none"}}, "none", ()),
        ({"image": {"timezones": "embed"}}, "none", ("timetzdata",)),
        ({"image": {"timezones": "embed"}, "build": {"tags": ["timetzdata", "a"]}}, "none", ("timetzdata", "a")),
        ({"app": {"env": {"TZ": "Europe/Berlin"}}}, "system", ()),
        ({"app": {"env": {"TZ": "UTC"}}}, "auto", ()),
        ({"app": {"env": {"TZ": "Europe/Berlin"}}, "image": {"timezones": "none"}}, "none", ()),
    ],
)
def test_time_zones_of_a_plan(tables: dict[str, dict[str, object]], timezones: str, tags: tuple[str, ...]) -> None:
    plan = make_build_plan(config(**tables), facts())
    assert (plan.rootfs.timezones, plan.compile.tags) == (timezones, tags)


def test_a_list_of_authorities_is_added_to_the_systems() -> None:
    plan = make_build_plan(config(image={"ca": ["corp.pem"]}), facts()).rootfs
    assert (plan.ca, plan.authorities) == ("system", ("corp.pem",))


def test_many_files_for_one_reason_are_one_line() -> None:
    zones = tuple(ImageFile(f"/usr/share/zoneinfo/Z{number}", 100, "zones") for number in range(600))
    shown = list(contents.lines((ImageFile("/hello", 5_000_000, "the program"), *zones)))
    assert shown == [
        "  5,000,000  /hello  the program",
        "     60,000  /usr/share/zoneinfo/ (600 files)  zones",
    ]
    assert contents.summary((ImageFile("/hello", 5_000_000, "the program"), *zones)) == (
        "the program and 600 files (60.0 kB)"
    )
