"""Which package pulls C in, and by which chain of imports: the answer to a build that fails without cgo."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from slimdeploy.artifacts.plan import CompilePlan
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.go import Dependency, Go


@dataclass(frozen=True)
class Culprit:
    """A package with cgo files. `chain` is the shortest way of imports from the main package to it."""

    package: str
    chain: tuple[str, ...]


def find(plan: CompilePlan, go: Go) -> tuple[Culprit, ...]:
    """The packages outside the standard library that have cgo files; empty when go cannot tell."""
    try:
        return culprits(go.dependencies(plan))
    except ToolFailed:
        return ()


def culprits(dependencies: tuple[Dependency, ...]) -> tuple[Culprit, ...]:
    """Pure part of `find`: `dependencies` is the whole graph, the main package last, as `go list -deps` orders it."""
    if not dependencies:
        return ()
    chains = _shortest_chains({each.package: each.imports for each in dependencies}, dependencies[-1].package)
    return tuple(
        Culprit(each.package, chains.get(each.package, (each.package,)))
        for each in dependencies
        if each.uses_cgo and not each.standard
    )


def describe(culprit: Culprit) -> str:
    """One line for people."""
    chain = f", imported by {' -> '.join(culprit.chain)}" if len(culprit.chain) > 1 else ""
    return f"{culprit.package} needs C (cgo), and a scratch image needs CGO_ENABLED=0{chain}: use a pure-Go replacement"


def _shortest_chains(imports: dict[str, tuple[str, ...]], start: str) -> dict[str, tuple[str, ...]]:
    chains: dict[str, tuple[str, ...]] = {start: (start,)}
    queue = deque([start])
    while queue:
        package = queue.popleft()
        for each in imports.get(package, ()):
            if each not in chains:
                chains[each] = (*chains[package], each)
                queue.append(each)
    return chains
