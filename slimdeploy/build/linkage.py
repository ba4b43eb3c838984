"""The linkage gate: Binary -> StaticBinary, or why it would not work in an empty image, and who is to blame.

Two questions. Does it start? The file itself answers (executable.py). Does it do what it should? A package whose C code
was left out may be a stub: it compiles, is static, and fails at run time. Go's import graph knows those (cgo.py).
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from elftools.elf.elffile import ELFFile

from slimdeploy.artifacts.build import Binary, StaticBinary
from slimdeploy.artifacts.plan import LinkagePlan
from slimdeploy.build.cgo import Culprit, ImportGraph, ways_out
from slimdeploy.build.executable import BUILD_MODE, Facts, Objection, facts_of, objection
from slimdeploy.build.known import symptom
from slimdeploy.build.symbols import functions
from slimdeploy.errors import LinkageRefused
from slimdeploy.events import Report, Warned

IMPORTS_LIBRARY = re.compile(rb'^//go:cgo_import_dynamic\s.*"([^"]+)"\s*$', re.MULTILINE)
ARCHIVE = b"!<arch>\n"
GO_PACKAGE = b"__.PKGDEF"  # the first member of what go writes for a package that is no program


def prove_static(plan: LinkagePlan, binary: Binary, graph: ImportGraph, report: Report) -> StaticBinary:
    """Pass a binary that works in an empty image. Raises LinkageRefused with what stands against it."""
    facts, names = _look(binary.path, graph.program)
    if against := objection(facts, binary.platform):
        raise _refusal(against, graph, importers(graph, facts.libraries))
    check_left_out(plan, graph, report)
    size = binary.path.stat().st_size
    return StaticBinary(binary.path, binary.platform, _sha256(binary.path), size, names)


def check_left_out(plan: LinkagePlan, graph: ImportGraph, report: Report) -> None:
    """Refuse known stubs, warn of other packages that are linked in without their C code."""
    for each in graph.left_out():
        if each.package in plan.without_cgo:
            continue
        accept = f'static.without_cgo = ["{each.package}"]'
        if failing := symptom(each.package):
            raise LinkageRefused(
                f"{each.package} is linked in without its C code: the program starts, and then fails",
                details=(each.imported, f"at run time {failing}"),
                hint=f"{ways_out(each)}\nif that code never runs: {accept}",
            )
        report(Warned(f"{each.package} is linked in without its C code ({each.imported}); if it works so: {accept}"))


def importers(graph: ImportGraph, libraries: tuple[str, ...]) -> tuple[Culprit, ...]:
    """The packages whose Go files ask for these shared libraries, without any C."""
    wanted = {library.encode() for library in libraries}
    return graph.culprits_among(
        each.package for each in graph.packages if wanted and not each.standard and wanted & _libraries_of(each.folder)
    )


def _libraries_of(folder: Path) -> set[bytes]:
    return {name for file in folder.glob("*.go") for name in IMPORTS_LIBRARY.findall(file.read_bytes())}


def _refusal(against: Objection, graph: ImportGraph, blamed: tuple[Culprit, ...]) -> LinkageRefused:
    details = [f"{each.package} asks for them (//go:cgo_import_dynamic), {each.imported}" for each in blamed]
    without = "\n".join(f"do without {each.package}" for each in blamed)
    hint = against.hint or without or 'without `import "C"` the program becomes static'
    return LinkageRefused(f"{graph.program} {against.what}", details=(*against.details, *details), hint=hint)


def _look(path: Path, program: str) -> tuple[Facts, frozenset[str]]:
    """What the file is, and the functions that are linked in."""
    with path.open("rb") as file:
        start = file.read(len(ARCHIVE) + len(GO_PACKAGE))
        if start == ARCHIVE + GO_PACKAGE:
            raise LinkageRefused(
                f"{program} is not a main package: go wrote an archive, not a program",
                hint="point build.main at the folder of a `package main`",
            )
        if start.startswith(ARCHIVE):
            raise LinkageRefused(f"{program} is an archive for a C program", hint=BUILD_MODE)
        try:
            elf = ELFFile(file)
            return facts_of(elf), functions(elf)
        except Exception as error:  # noqa: BLE001 - what elftools meets in a damaged file, it raises as it comes
            raise LinkageRefused(f"{program} is no ELF file: {error}") from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
