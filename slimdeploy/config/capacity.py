"""How large an image may be: "15MB", as docker and registries count. Kubernetes' quantities are for memory only."""

from __future__ import annotations

import re
from fractions import Fraction

from slimdeploy.config.refusal import Refused

UNITS = {"kB": 10**3, "MB": 10**6, "GB": 10**9, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}
SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,9})?) ?([A-Za-z]*)", re.ASCII)
LEAST, MOST = 100_000, 100 * 10**9
"""No Go program is smaller; no registry takes more."""
EXAMPLE = 'such as "15MB"'


def size_bytes(text: str) -> int:
    """Bytes of "15MB", "7.5MB" or "14MiB". Raises Refused."""
    match = SIZE.fullmatch(text)
    if not match:
        raise Refused("not a size", EXAMPLE)
    number, unit = match.groups()
    if unit not in UNITS:
        raise _unknown(number, unit)
    size = Fraction(number) * UNITS[unit]
    if not LEAST <= size <= MOST:
        raise Refused(f'"{text}" is {float(size):,.0f} bytes', "expected from 100kB to 100GB")
    return int(size)


def _unknown(number: str, unit: str) -> Refused:
    if not unit:
        return Refused("needs a unit", f'did you mean "{number}MB"?')
    letter = unit[0].lower()
    if letter not in "kmg" or unit.lower() not in {letter, f"{letter}b", f"{letter}i", f"{letter}ib"}:
        return Refused(f'unit "{unit}" is unknown', f"kB, MB, GB, KiB, MiB or GiB, {EXAMPLE}")
    capital = letter if letter == "k" and "i" not in unit.lower() else letter.upper()
    return Refused(
        f'unit "{unit}" is unknown', f'did you mean "{number}{capital}{"i" if "i" in unit.lower() else ""}B"?'
    )
