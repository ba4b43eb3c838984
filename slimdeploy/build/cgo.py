"""Which package wants C, by which chain of imports it comes in, and what to do: for whatever goes wrong without C."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable

from slimdeploy.artifacts.plan import CompilePlan
from slimdeploy.build.known import replacement
from slimdeploy.records import frozen
from slimdeploy.tools import go_errors
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.go import Dependency, Go

EXCLUDED = re.compile(r"(?:imports |^package |^)(\S+): build constraints exclude all Go files", re.MULTILINE)
HEADER = re.compile(r"^# (\S+)$")
QUALIFIER = re.compile(r"\b([A-Za-z_]\w*)\.(?=[A-Za-z_])")
STATIC = 'link C in, too: static.cgo = "static" in slim.toml'


@frozen
class Culprit:
    """A package with cgo files. `chain` is the shortest way of imports from the main package to it."""

    package: str
    chain: tuple[str, ...]

    @property
    def imported(self) -> str:
        """One line: how it comes in."""
        return f"imported by {' -> '.join(self.chain)}" if len(self.chain) > 1 else "it is the program itself"


@frozen
class ImportGraph:
    """What a program is made of, as it is with cgo, the main package last; `built` names what it is made of really."""

    packages: tuple[Dependency, ...]
    built: frozenset[str]

    @property
    def program(self) -> str:
        """The import path of the main package."""
        return self.packages[-1].package

    def culprits(self) -> tuple[Culprit, ...]:
        """The packages outside the standard library that have cgo files."""
        return self.culprits_among(each.package for each in self.packages if each.uses_cgo and not each.standard)

    def left_out(self) -> tuple[Culprit, ...]:
        """Those that are in the program without their cgo files: it compiles, and nobody says a word."""
        return tuple(each for each in self.culprits() if each.package in self.built)

    def culprits_among(self, packages: Iterable[str]) -> tuple[Culprit, ...]:
        """These packages, with their chains."""
        chains = self._chains()
        return tuple(Culprit(each, chains.get(each, (each,))) for each in packages)

    def _chains(self) -> dict[str, tuple[str, ...]]:
        imports = {each.package: each.imports for each in self.packages}
        chains: dict[str, tuple[str, ...]] = {self.program: (self.program,)}
        queue = deque([self.program])
        while queue:
            package = queue.popleft()
            for each in imports.get(package, ()):
                if each not in chains:
                    chains[each] = (*chains[package], each)
                    queue.append(each)
        return chains


def import_graph(plan: CompilePlan, go: Go) -> ImportGraph:
    """Ask go. Without a package that has cgo files (50 ms), the second question is not needed. Raises CompileFailed."""
    try:
        packages = go.dependencies(plan, cgo=True)
        if plan.cgo or not any(each.uses_cgo and not each.standard for each in packages):
            return ImportGraph(packages, frozenset())
        return ImportGraph(packages, frozenset(each.package for each in go.dependencies(plan, cgo=False)))
    except ToolFailed as failure:
        raise go_errors.explain(failure, f"go list -deps {plan.program}", go.temporary) from None


def blamed(lines: tuple[str, ...], graph: ImportGraph) -> tuple[Culprit, ...]:
    """The packages whose missing C code is why these lines of `go build` say what they say."""
    text, suspects = "\n".join(lines), {each.package: each for each in graph.culprits()}
    named = set(EXCLUDED.findall(text)) | _undefined(lines, graph, set(suspects))
    return tuple(suspects[each] for each in suspects if each in named)


def ways_out(culprit: Culprit) -> str:
    """One way a line, the best first."""
    instead = replacement(culprit.package)
    return "\n".join([*([f"use {instead} instead, which needs no C"] if instead else []), STATIC])


def _undefined(lines: tuple[str, ...], graph: ImportGraph, suspects: set[str]) -> set[str]:
    """`undefined: X` in a package with cgo files, or `undefined: q.X` in one that imports such a package as q."""
    known, found, package = {each.package: each for each in graph.packages}, set[str](), ""
    for line in lines:
        if header := HEADER.match(line):
            package = header[1]
        elif "undefined" in line and package in known:
            imported = [known[each] for each in known[package].imports if each in known]
            found |= {package, *_meant(line, imported)} & suspects
    return found


def _meant(line: str, imported: list[Dependency]) -> set[str]:
    """The imports whose name stands in front of a dot; all of them when it is nobody's, so somebody's other name."""
    qualifiers = set(QUALIFIER.findall(line.partition(": ")[2]))
    named = {each.package for each in imported if each.name in qualifiers}
    return named or ({each.package for each in imported} if qualifiers else set())
