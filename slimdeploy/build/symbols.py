"""What is linked into a Go binary, even a stripped one: the names in its function table.

The runtime needs `.gopclntab` for stack traces, so it is always there. Its header (Go 1.20 and newer, little or big
endian, src/internal/abi/symtab.go and src/debug/gosym) ends with offsets; the function names are the bytes between
the first two of them that frame the name table, split at NUL.
"""

from __future__ import annotations

import struct

from elftools.elf.elffile import ELFFile

MAGIC = 0xFFFFFFF1  # go1.20 and newer
HEADER_WORDS = 8


def functions(elf: ELFFile) -> frozenset[str]:
    """Names of all functions, inlined ones too; empty when the table is not understood."""
    section = elf.get_section_by_name(".gopclntab") or elf.get_section_by_name(".data.rel.ro.gopclntab")
    if section is None:
        return frozenset()
    return names(section.data(), "<" if elf.little_endian else ">")


def names(table: bytes, order: str) -> frozenset[str]:
    """Pure part of `functions`: `order` is struct's byte order character."""
    if len(table) < 8 or struct.unpack_from(f"{order}I", table)[0] != MAGIC:
        return frozenset()
    word = {4: "I", 8: "Q"}.get(table[7])
    if word is None:
        return frozenset()
    header = f"{order}{HEADER_WORDS}{word}"
    if len(table) < 8 + struct.calcsize(header):
        return frozenset()
    start, end = struct.unpack_from(header, table, 8)[3:5]  # funcnameOffset, cuOffset
    return frozenset(name.decode("utf-8", "replace") for name in table[start:end].split(b"\0") if name)
