"""A Go binary -> where its bytes are, exactly: packages and rest add up to the file's size.

The function table of the binary itself says it for code, stripped or not, also of a binary that somebody else built.
Names of data need symbols; `read` takes them from a second binary of the same layout, if there is one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from elftools.elf.elffile import ELFFile

from slimdeploy.artifacts.sizes import PackageSize, ProgramSize, Rest
from slimdeploy.build import function_table, named_data
from slimdeploy.build.function_table import FunctionTable
from slimdeploy.build.named_data import NOBITS, NamedData
from slimdeploy.build.packages import NOBODY, BuildInfo, build_info, package_of

CODE, VARIABLES = "code of no package: C, assembly, padding", "variables of no package"
CONSTANTS = "types, strings, constants and embedded files"
OTHER_CONSTANTS = "other constants"
FUNCTION_TABLE = "names of source files, index of the function table"
LINKING = "link and build information, headers"
SYMBOLS, DEBUG = "symbols (static.ldflags without -s)", "debug information (static.ldflags without -w)"
KINDS_OF_DATA = {CONSTANTS, OTHER_CONSTANTS, VARIABLES, *named_data.POOLS.values()}
RESTS = {
    ".text": CODE,
    ".rodata": CONSTANTS,
    ".data.rel.ro": CONSTANTS,
    ".gopclntab": FUNCTION_TABLE,
    ".data.rel.ro.gopclntab": FUNCTION_TABLE,
    ".noptrdata": VARIABLES,
    ".data": VARIABLES,
    ".symtab": SYMBOLS,
    ".strtab": SYMBOLS,
    ".eh_frame": CODE,
    ".gcc_except_table": CODE,
}
GO_TABLES = (".gopclntab", ".data.rel.ro.gopclntab")


def read(file: BinaryIO, path: str, symbols: BinaryIO | None = None) -> ProgramSize | None:
    """The sizes of a binary; None for what is no Go program with a readable function table."""
    elf = ELFFile(file)
    functions = _functions(elf)
    if functions is None:
        return None
    known = {*functions.code, *functions.entries}
    named = _named(elf, symbols, lambda package: "/" in package or package in known)  # C names have dots, too
    return _sizes(elf, path, functions, named)


def _functions(elf: ELFFile) -> FunctionTable | None:
    section = next((found for name in GO_TABLES if (found := elf.get_section_by_name(name))), None)
    order = "<" if elf.little_endian else ">"
    return function_table.read(section.data(), order, package_of) if section is not None else None


def _named(elf: ELFFile, symbols: BinaryIO | None, is_package: Callable[[str], bool]) -> NamedData | None:
    """The names of the binary itself, or of its twin."""
    if elf.get_section_by_name(".symtab") is not None or symbols is None:
        return named_data.read(elf, is_package)
    twin = ELFFile(symbols)
    return named_data.read(twin, is_package) if named_data.same_layout(elf, twin) else None


def _sizes(elf: ELFFile, path: str, functions: FunctionTable, named: NamedData | None) -> ProgramSize:
    section = elf.get_section_by_name(".go.buildinfo")
    info = build_info(section.data()) if section is not None else BuildInfo()
    size = elf.stream.seek(0, 2)
    return ProgramSize(
        path=path,
        size=size,
        go=info.go,
        packages=tuple(_packages(functions, named, info)),
        rest=_rests(elf, functions, named, size),
        embedded=tuple(replace(each, package=info.import_path(each.package)) for each in named.embedded)
        if named
        else (),
        named=named is not None,
    )


def _packages(functions: FunctionTable, named: NamedData | None, info: BuildInfo) -> Iterator[PackageSize]:
    """Largest first."""
    tables = functions.entries + functions.stack_maps
    data: Counter[str] = sum(named.packages.values(), Counter()) if named else Counter()
    names = {*functions.code, *tables, *data} - {NOBODY}
    found = [
        PackageSize(info.import_path(each), info.module_of(each), functions.code[each], tables[each], data[each])
        for each in names
    ]
    yield from sorted(found, key=lambda package: (-package.size, package.package))


@dataclass
class _Left:
    """What is left of each section once packages and pools have got theirs."""

    sizes: dict[str, int]

    def take(self, name: str, size: int) -> None:
        self.sizes[name] = self.sizes.get(name, 0) - size


def _rests(elf: ELFFile, functions: FunctionTable, named: NamedData | None, size: int) -> tuple[Rest, ...]:
    left = _Left({each.name: each["sh_size"] for each in elf.iter_sections() if each["sh_type"] != NOBITS})
    between = size - sum(left.sizes.values())
    left.take(".text", _somebodys(functions.code))
    table = next(name for name in GO_TABLES if name in left.sizes)
    maps_inside = left.sizes[table] - functions.end >= sum(functions.stack_maps.values())
    left.take(table, _somebodys(functions.entries))
    left.take(table if maps_inside else ".rodata", _somebodys(functions.stack_maps))
    sizes: Counter[str] = Counter({LINKING: between})
    for section, packages in named.packages.items() if named else ():
        left.take(section, _somebodys(packages))
    for pool, bytes_ in named.pools.items() if named else ():
        left.take(".rodata", bytes_)
        sizes[pool] += bytes_
    for name, bytes_ in left.sizes.items():
        sizes[_rest(name, named=named is not None)] += bytes_
    return tuple(Rest(name, each) for name, each in sizes.most_common() if each)


def _somebodys(sizes: Counter[str]) -> int:
    return sum(sizes.values()) - sizes[NOBODY]


def _rest(section: str, *, named: bool) -> str:
    if section.startswith((".debug", ".zdebug")):
        return DEBUG
    name = RESTS.get(section, LINKING)
    return OTHER_CONSTANTS if named and name == CONSTANTS else name
