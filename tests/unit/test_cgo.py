"""Which package pulls C in, and how it comes to be there."""

from __future__ import annotations

import pytest

from slimdeploy.build.cgo import Culprit, culprits, describe
from slimdeploy.tools.go import Dependency

C = True


def package(name: str, *imports: str, cgo: bool = False, standard: bool = False) -> Dependency:
    return Dependency(name, imports, standard, cgo)


NET = package("net", "runtime/cgo", cgo=C, standard=True)


LONG = (package("sqlite", cgo=C), package("orm", "sqlite"), package("store", "orm"), package("short", "sqlite"))


@pytest.mark.parametrize("imports", [("store", "short"), ("short", "store")])
def test_the_shortest_chain_is_told(imports: tuple[str, ...]) -> None:
    (culprit,) = culprits((*LONG, package("main", *imports)))
    assert culprit.chain == ("main", "short", "sqlite")


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ((), []),
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
def test_culprits(graph: tuple[Dependency, ...], found: list[tuple[str, tuple[str, ...]]]) -> None:
    assert [(each.package, each.chain) for each in culprits(graph)] == found


def test_a_circle_of_test_imports_ends() -> None:
    graph = (package("a", "b", cgo=C), package("b", "a"), package("main", "b"))
    assert culprits(graph) == (Culprit("a", ("main", "b", "a")),)


def test_the_chain_is_told() -> None:
    assert "imported by main -> orm -> sqlite:" in describe(Culprit("sqlite", ("main", "orm", "sqlite")))
    assert "imported by" not in describe(Culprit("main", ("main",)))
    assert describe(Culprit("sqlite", ("sqlite",))).startswith("sqlite needs C (cgo)")
