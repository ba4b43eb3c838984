"""How much code and how many tables each Go package has in a binary, stripped or not: read from its function table.

`.gopclntab` (Go 1.20 and newer; src/runtime/symtab.go, src/cmd/link/internal/ld/pcln.go) lists every function in the
order of its code, so a function's code ends where the next one's begins. Its record points at tables (lines, stack
maps, inlining) that lie one after the other: each ends where the next one begins, and one that several functions share
is counted for the first.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from slimdeploy.records import frozen

MAGIC = 0xFFFFFFF1
RECORD_WORDS = 11  # runtime._func: 4-byte words, the last one with nfuncdata in its last byte
RECORD = RECORD_WORDS * 4
PCSP, NPCDATA = 4, 7
NO_TABLE = 0xFFFFFFFF


@dataclass
class FunctionTable:
    """Bytes by package; `entries` of the table itself, `stack_maps` of go:func.*, which older Go has in .rodata."""

    code: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)
    stack_maps: Counter[str] = field(default_factory=Counter)
    end: int = 0
    """Where the table itself ends; from Go 1.26 on the stack maps follow in the same section."""


@frozen
class _Header:
    order: str
    functions: int
    names: int
    units: int
    files: int
    tables: int
    records: int


def read(table: bytes, order: str, package_of: Callable[[str], str]) -> FunctionTable | None:
    """Sizes by package; None when the table is not understood. `order` is struct's byte order character."""
    header = _header(table, order)
    if header is None:
        return None
    try:
        return _read(table, header, package_of)
    except (struct.error, IndexError):
        return None


def _header(table: bytes, order: str) -> _Header | None:
    word = {4: "I", 8: "Q"}.get(table[7]) if len(table) > 80 else None
    if word is None or struct.unpack_from(f"{order}I", table)[0] != MAGIC:
        return None
    functions, _, _, names, units, files, tables, records = struct.unpack_from(f"{order}8{word}", table, 8)
    inside = 0 < names <= units <= files <= tables <= records < len(table)
    return _Header(order, functions, names, units, files, tables, records) if inside else None


def _read(table: bytes, header: _Header, package_of: Callable[[str], str]) -> FunctionTable:
    found, seen = FunctionTable(), _Seen()
    for name in table[header.names : header.units].split(b"\0"):
        if name:
            found.entries[package_of(name.decode("utf-8", "replace"))] += len(name) + 1
    entries = struct.unpack_from(f"{header.order}{2 * header.functions + 1}I", table, header.records)
    for (start, record), end in zip(pairs(entries), entries[2::2], strict=True):
        at = header.records + record
        words = struct.unpack_from(f"{header.order}{RECORD_WORDS}I", table, at)
        package = package_of(_name(table, header.names + words[1]))
        found.code[package] += end - start
        found.end = at + _note(table, at, words, _Owner(package, header.order, seen))
        found.entries[package] += found.end - at + 8
    found.entries.update(seen.sizes(seen.tables, header.records - header.tables))
    found.stack_maps.update(seen.sizes(seen.maps, None))
    return found


def pairs(entries: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """(entry, record) of each function; the last word is where the code ends."""
    return zip(entries[:-1:2], entries[1::2], strict=True)


@dataclass
class _Seen:
    """Where tables begin, and the package of the first function that has them."""

    tables: dict[int, str] = field(default_factory=dict)
    maps: dict[int, str] = field(default_factory=dict)

    @staticmethod
    def sizes(starts: dict[int, str], end: int | None) -> Counter[str]:
        """Bytes by package; without an end, the last table counts nothing."""
        sizes: Counter[str] = Counter()
        offsets = sorted(starts)
        for start, following in pairwise([*offsets, *([end] if end is not None else [])]):
            sizes[starts[start]] += following - start
        return sizes


@frozen
class _Owner:
    package: str
    order: str
    seen: _Seen


def _note(table: bytes, at: int, words: tuple[int, ...], owner: _Owner) -> int:
    """Note the tables of one function; the length of its record."""
    pcdata, funcdata = words[NPCDATA], table[at + RECORD - 1]
    more = struct.unpack_from(f"{owner.order}{pcdata + funcdata}I", table, at + RECORD)
    for offset in (*words[PCSP : PCSP + 3], *more[:pcdata]):
        if offset:
            owner.seen.tables.setdefault(offset, owner.package)
    for offset in more[pcdata:]:
        if offset != NO_TABLE:
            owner.seen.maps.setdefault(offset, owner.package)
    return RECORD + 4 * (pcdata + funcdata)


def _name(table: bytes, at: int) -> str:
    return table[at : table.index(b"\0", at)].decode("utf-8", "replace")
