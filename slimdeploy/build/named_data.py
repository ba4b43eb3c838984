"""Which package has which data: read from the symbol table of a binary that still has one.

The linker lays out a program the same with and without -s, so the names of one hold for the other; `same_layout` checks
that. Types, strings and constants are pooled by the linker and have no name of their own; but an embedded file is
pointed at by a variable that has one (src/embed: embed.FS is a list of names, contents and hashes).
"""

from __future__ import annotations

import struct
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

from elftools.elf.elffile import ELFFile
from elftools.elf.sections import Section, SymbolTableSection

from slimdeploy.artifacts.sizes import Embedded
from slimdeploy.build.packages import NOBODY, package_of
from slimdeploy.records import frozen

POOLS = {"type:*": "type descriptions (reflection, interfaces)", "go:string.*": "strings and constants"}
DATA = (".rodata", ".noptrdata", ".data", ".data.rel.ro")
NOBITS, ALLOCATED = "SHT_NOBITS", 2
FEWEST_EMBEDDED = 1024
"""Bytes from which on a string variable is shown as an embedded file: that is what such long ones are."""
FILE = 48  # embed.file on 64 bits: name and data as pointer and length, 16 bytes of hash


@frozen
class NamedData:
    """Bytes of each section by package, what is pooled in .rodata by what it is, and the embedded files."""

    packages: Mapping[str, Counter[str]]
    pools: Mapping[str, int]
    embedded: tuple[Embedded, ...]


@frozen
class _Symbol:
    name: str
    start: int
    size: int


def same_layout(one: ELFFile, other: ELFFile) -> bool:
    """Whether two binaries have the same sections in memory."""
    return _loaded(one) == _loaded(other)


def _loaded(elf: ELFFile) -> list[tuple[str, int, int]]:
    sections = ((each.name, each["sh_addr"], each["sh_size"]) for each in elf.iter_sections() if each["sh_flags"] & 2)
    return [each for each in sections if not each[0].startswith(".note")]


def read(elf: ELFFile, is_package: Callable[[str], bool]) -> NamedData | None:
    """What the symbols say; None when there are none. What `is_package` does not know is C's."""
    table = elf.get_section_by_name(".symtab")
    if not isinstance(table, SymbolTableSection):
        return None
    by_section = {
        name: [each for each in symbols if not each.size or is_package(package_of(each.name))]
        for name, symbols in _symbols(elf, table).items()
    }
    packages = {name: _sizes(by_section[name]) for name in DATA if name in by_section}
    rodata = elf.get_section_by_name(".rodata")
    pools = _pools(by_section.get(".rodata", []), rodata) if rodata is not None else {}
    embedded = tuple(_embedded(elf, by_section))
    for each in embedded:
        packages.setdefault(".rodata", Counter())[each.package] += each.size
    return NamedData(packages, _less(pools, embedded), embedded)


def _less(pools: dict[str, int], embedded: tuple[Embedded, ...]) -> dict[str, int]:
    strings = POOLS["go:string.*"]
    return pools | ({strings: pools[strings] - sum(each.size for each in embedded)} if strings in pools else {})


def _symbols(elf: ELFFile, table: SymbolTableSection) -> dict[str, list[_Symbol]]:
    names = {index: section.name for index, section in enumerate(elf.iter_sections())}
    found: defaultdict[str, list[_Symbol]] = defaultdict(list)
    for each in table.iter_symbols():
        section = names.get(each["st_shndx"], "")
        if section in DATA:
            found[section].append(_Symbol(each.name, each["st_value"], each["st_size"]))
    return found


def _sizes(symbols: list[_Symbol]) -> Counter[str]:
    """Bytes by package; two names for the same place count once."""
    sizes: Counter[str] = Counter()
    end = 0
    for each in sorted(symbols, key=lambda symbol: (symbol.start, -symbol.size)):
        if each.size and each.start >= end and (package := package_of(each.name)):
            sizes[package] += each.size
            end = each.start + each.size
    return sizes


def _pools(symbols: list[_Symbol], rodata: Section) -> dict[str, int]:
    """A pool is marked by a symbol without a size, and goes on to the next such mark."""
    marks = sorted({each.start for each in symbols if not each.size} | {rodata["sh_addr"] + rodata["sh_size"]})
    ends = dict(pairwise(marks))
    return {POOLS[each.name]: ends[each.start] - each.start for each in symbols if each.name in POOLS}


def _embedded(elf: ELFFile, by_section: Mapping[str, list[_Symbol]]) -> Iterator[Embedded]:
    """Embedded files: those of embed.FS by their names, and long string variables by the variable's."""
    memory = _Memory(elf)
    if elf.elfclass != 64:
        return
    seen: set[int] = set()
    for symbol in (each for symbols in by_section.values() for each in symbols):
        package = package_of(symbol.name)
        if package in {NOBODY, "runtime"}:  # runtime.modinfo: what the linker itself says about modules
            continue
        for path, start, size in _contents(symbol, memory):
            if size >= FEWEST_EMBEDDED and start not in seen and memory.holds(start, size):
                seen.add(start)
                yield Embedded(path, package, size)


def _contents(symbol: _Symbol, memory: _Memory) -> Iterator[tuple[str, int, int]]:
    """(name, address, size) of what a variable points at."""
    if symbol.size == 16:
        start, size = memory.words(symbol.start, 2)
        yield symbol.name.rpartition("/")[2], start, size
    if symbol.name.endswith(".files") and symbol.size > 24 and not (symbol.size - 24) % FILE:
        for at in range(symbol.start + 24, symbol.start + symbol.size, FILE):
            name, length, start, size = memory.words(at, 4)
            yield memory.text(name, length), start, size


class _Memory:
    """What is at an address, in .rodata and the sections of variables."""

    def __init__(self, elf: ELFFile) -> None:
        self.order = "<" if elf.little_endian else ">"
        found = ((section["sh_addr"], section) for name in DATA if (section := elf.get_section_by_name(name)))
        self.sections = [(start, section.data(), section.name) for start, section in found]

    def words(self, at: int, count: int) -> tuple[int, ...]:
        """64-bit words."""
        data = self._bytes(at, 8 * count)
        return struct.unpack(f"{self.order}{count}Q", data) if len(data) == 8 * count else (0,) * count

    def text(self, at: int, length: int) -> str:
        """A string of at most 4096 bytes."""
        return self._bytes(at, min(length, 4096)).decode("utf-8", "replace")

    def holds(self, at: int, size: int) -> bool:
        """Whether .rodata has all of these bytes."""
        return any(
            name == ".rodata" and start <= at and at + size <= start + len(data) for start, data, name in self.sections
        )

    def _bytes(self, at: int, size: int) -> bytes:
        for start, data, _ in self.sections:
            if start <= at < start + len(data):
                return data[at - start : at - start + size]
        return b""
