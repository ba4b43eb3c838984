"""Which package wants C, how it comes to be there, and whom a failed build blames."""

from __future__ import annotations

import pytest

from slimdeploy.build.cgo import STATIC, Culprit, ImportGraph, blamed, ways_out
from slimdeploy.build.known import REPLACEMENTS, STUBS, replacement, symptom
from slimdeploy.tools.go import Dependency

C = True


def package(name: str, *imports: str, cgo: bool = False, standard: bool = False) -> Dependency:
    return Dependency(name, imports, standard, cgo, name.rpartition("/")[2].removeprefix("go-"))


def graph(*packages: Dependency, without: tuple[str, ...] = ()) -> ImportGraph:
    """`without`: what is not there when cgo is off."""
    return ImportGraph(packages, frozenset(each.package for each in packages) - set(without))


NET = package("net", "runtime/cgo", cgo=C, standard=True)


LONG = (package("sqlite", cgo=C), package("orm", "sqlite"), package("store", "orm"), package("short", "sqlite"))


@pytest.mark.parametrize("imports", [("store", "short"), ("short", "store")])
def test_the_shortest_chain_is_told(imports: tuple[str, ...]) -> None:
    (culprit,) = graph(*LONG, package("main", *imports)).culprits()
    assert culprit.chain == ("main", "short", "sqlite")


@pytest.mark.parametrize(
    ("packages", "found"),
    [
        ((NET, package("main", "net")), []),
        ((package("sqlite", cgo=C), package("main", "sqlite")), [("sqlite", ("main", "sqlite"))]),
        ((NET, package("main", "net", cgo=C)), [("main", ("main",))]),
        (
            (package("sqlite", cgo=C), package("orm", "sqlite"), package("store", "orm"), package("main", "store")),
            [("sqlite", ("main", "store", "orm", "sqlite"))],
        ),
        (
            (package("zlib", cgo=C), package("sqlite", "zlib", cgo=C), package("main", "sqlite")),
            [("zlib", ("main", "sqlite", "zlib")), ("sqlite", ("main", "sqlite"))],
        ),
        ((package("unreached", cgo=C), package("main")), [("unreached", ("unreached",))]),
    ],
)
def test_culprits(packages: tuple[Dependency, ...], found: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(each.package, each.chain) for each in graph(*packages).culprits()] == found


def test_a_circle_of_test_imports_ends() -> None:
    assert graph(package("a", "b", cgo=C), package("b", "a"), package("main", "b")).culprits() == (
        Culprit("a", ("main", "b", "a")),
    )


def test_only_what_is_linked_in_without_its_c_is_left_out() -> None:
    packages = package("stub", cgo=C), package("gone", cgo=C), package("main", "stub", "gone")
    assert [each.package for each in graph(*packages, without=("gone",)).left_out()] == ["stub"]


SHOP = (
    package("github.com/x/go-native", cgo=C),
    package("github.com/x/go-other", cgo=C),
    package("shop/pure"),
    package("shop/store", "github.com/x/go-native", "shop/pure"),
    package("shop", "shop/store"),
)


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (
            ("package shop", "\timports github.com/x/go-native: build constraints exclude all Go files in /m"),
            ["go-native"],
        ),
        (("github.com/x/go-native: build constraints exclude all Go files in /m/x",), ["go-native"]),
        (("# github.com/x/go-native", "/m/a.go:10:4: undefined: State"), ["go-native"]),
        (("# shop/store", "store/s.go:5:27: undefined: native.Open"), ["go-native"]),
        (("# shop/store", "store/s.go:5:27: c.Close undefined (type *native.Conn has no method Close)"), ["go-native"]),
        (("# shop/store", "store/s.go:5:27: undefined: alias.Open"), ["go-native"]),
        (("# shop/store", "store/s.go:5:27: undefined: pure.Open"), []),
        (("# shop/store", "store/s.go:5:27: undefined: missspelt"), []),
        (("# shop", "main.go:5:27: undefined: store.Opne"), []),
        (("# elsewhere", "main.go:5:27: undefined: native.Open"), []),
    ],
)
def test_only_a_package_whose_c_is_missing_is_blamed(lines: tuple[str, ...], names: list[str]) -> None:
    assert [each.package.rpartition("/")[2] for each in blamed(lines, graph(*SHOP))] == names


@pytest.mark.parametrize(
    ("package", "instead"),
    [
        ("github.com/mattn/go-sqlite3", "modernc.org/sqlite"),
        ("github.com/confluentinc/confluent-kafka-go/v2/kafka", "github.com/twmb/franz-go"),
        ("github.com/google/gopacket", ""),
        ("github.com/mattn", ""),
    ],
)
def test_what_does_the_same_without_c(package: str, instead: str) -> None:
    assert replacement(package).split(" ")[0] == instead


def test_known_stubs_say_how_they_fail() -> None:
    assert "stub" in symptom("github.com/mutecomm/go-sqlcipher/v4")
    assert symptom("github.com/DataDog/zstd") == ""
    assert not set(REPLACEMENTS.values()) & set(STUBS), "no way out leads into the next trap"


def test_the_chain_and_the_ways_out_are_told() -> None:
    assert Culprit("sqlite", ("main", "orm", "sqlite")).imported == "imported by main -> orm -> sqlite"
    assert Culprit("main", ("main",)).imported == "it is the program itself"
    assert ways_out(Culprit("github.com/DataDog/zstd", ())).splitlines() == [
        "use github.com/klauspost/compress/zstd instead, which needs no C", STATIC,
    ]  # fmt: skip
    assert ways_out(Culprit("main", ("main",))) == STATIC
