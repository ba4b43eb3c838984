"""Function names out of a Go binary's table; anything else gives none, and never an error."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slimdeploy.build.symbols import MAGIC, names

NAMES = ("main.main", "crypto/x509.systemRootsPool", "net/http.(*Client).Do", "main.größe")


def table(order: str, word: str, *, frame: tuple[int, int] | None = None, magic: int = MAGIC) -> bytes:
    """A function table: magic, two zeros, minLC, pointer size, eight words of header, then the names."""
    size = struct.calcsize(f"{order}{word}")
    text = b"\0".join(name.encode() for name in ("", *NAMES, ""))
    first = 8 + 8 * size
    header = [7, 2, 0, *(frame or (first, first + len(text))), 0, 0, 0]
    return struct.pack(f"{order}IBBBB8{word}", magic, 0, 0, 1, size, *header) + text + b"not a name\0"


@pytest.mark.parametrize(("order", "word"), [("<", "Q"), (">", "Q"), ("<", "I"), (">", "I")])
def test_names(order: str, word: str) -> None:
    assert names(table(order, word), order) == frozenset(NAMES)


GOOD = table("<", "Q")


@pytest.mark.parametrize(
    ("data", "order"),
    [
        (b"", "<"),
        (b"\xf1\xff\xff\xff", "<"),
        (GOOD[:8], "<"),
        (GOOD[:71], "<"),
        (GOOD, ">"),
        (table("<", "Q", magic=0xFFFFFFF0), "<"),
        (GOOD[:7] + b"\x05" + GOOD[8:], "<"),
        (table("<", "Q", frame=(10**6, 10**7)), "<"),
        (table("<", "Q", frame=(2**63, 2**64 - 1)), "<"),
        (table("<", "Q", frame=(100, 80)), "<"),
    ],
)
def test_what_is_no_table_has_no_names(data: bytes, order: str) -> None:
    assert names(data, order) == frozenset()


@given(st.binary(max_size=200), st.sampled_from("<>"))
def test_garbage_is_no_error(data: bytes, order: str) -> None:
    names(data, order)
    names(struct.pack(f"{order}I", MAGIC) + data, order)
    names(struct.pack(f"{order}IBBBB", MAGIC, 0, 0, 1, 8) + data, order)
