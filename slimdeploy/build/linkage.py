"""The linkage gate: Binary -> StaticBinary, or why it would not work in an empty image, and who is to blame.

Two questions. Does it start? The file itself answers (executable.py). Does it do what it should? A package whose C code
was left out may be a stub: it compiles, is static, and fails at run time. Go's import graph knows those (cgo.py).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from elftools.common.exceptions import ELFError
from elftools.elf.elffile import ELFFile

from slimdeploy.artifacts.build import Binary, StaticBinary
from slimdeploy.artifacts.plan import LinkagePlan
from slimdeploy.build.cgo import Culprit, ImportGraph, ways_out
from slimdeploy.build.executable import BUILD_MODE, Facts, Objection, facts_of, objection
from slimdeploy.build.known import symptom
from slimdeploy.build.symbols import functions
from slimdeploy.config.near import did_you_mean
from slimdeploy.errors import LinkageRefused
from slimdeploy.events import Report, Warned

IMPORTS_LIBRARY = re.compile(rb'^//go:cgo_import_dynamic\s.*"([^"]+)"\s*$', re.MULTILINE)
ARCHIVE = b"!<arch>\n"
GO_PACKAGE = b"__.PKGDEF"  # the first member of what go writes for a package that is no program


def prove_static(plan: LinkagePlan, binary: Binary, graph: ImportGraph, report: Report) -> StaticBinary:
    """Pass a binary that works in an empty image. Raises LinkageRefused with what stands against it."""
    with ThreadPoolExecutor(max_workers=1) as beside:
        digest = beside.submit(_sha256, binary.path)
        facts, names = _inspect(binary, graph.program)
    if against := objection(facts, binary.platform):
        raise _refusal(against, graph, importers(graph, facts.libraries))
    check_left_out(plan, graph, report)
    size = binary.path.stat().st_size
    return StaticBinary(binary.path, binary.platform, digest.result(), size, names)


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


def not_there(plan: LinkagePlan, graph: ImportGraph) -> Iterator[tuple[int, str]]:
    """What is accepted and is not in the program: its index, and what to say."""
    known = {each.package for each in graph.packages}
    for index, each in enumerate(plan.without_cgo):
        if each not in known:
            near = did_you_mean(each, (found.package for found in graph.culprits()))
            yield index, f"{each} is not in the program{near}"


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
    hint = against.hint or "\n".join(f"do without {each.package}" for each in blamed)
    return LinkageRefused(f"{graph.program} {against.what}", details=(*against.details, *details), hint=hint)


def _inspect(binary: Binary, program: str) -> tuple[Facts, frozenset[str]]:
    with binary.path.open("rb") as file:
        elf = _open(file, program)
        try:
            return facts_of(elf), functions(elf)
        except Exception as error:  # noqa: BLE001 - what elftools meets in a damaged file, it raises as it comes
            raise LinkageRefused(f"{program} is a damaged ELF file: {error}", hint="run this again") from None


def _open(file: BinaryIO, program: str) -> ELFFile:
    start = file.read(len(ARCHIVE) + len(GO_PACKAGE))
    if start == ARCHIVE + GO_PACKAGE:
        raise LinkageRefused(
            f"{program} is not a main package: go wrote an archive, not a program",
            hint="point build.main at the folder of a `package main`",
        )
    if start.startswith(ARCHIVE):
        raise LinkageRefused(f"{program} is an archive for a C program", hint=BUILD_MODE)
    try:
        return ELFFile(file)
    except ELFError as error:
        raise LinkageRefused(f"{program} is no ELF file: {error}") from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
