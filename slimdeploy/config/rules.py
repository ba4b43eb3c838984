"""Amounts as Go and Kubernetes write them: "5m", "100m", "64Mi".

The usual slips are legal there and ruinous ("64m" of memory is 0.064 bytes), so each range is one that a pod can have.
https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from fractions import Fraction
from itertools import pairwise

from slimdeploy.config.refusal import Refused

SECONDS = {"ns": Fraction(1, 10**9), "us": Fraction(1, 10**6), "µs": Fraction(1, 10**6), "ms": Fraction(1, 1000)}
SECONDS |= {"s": Fraction(1), "m": Fraction(60), "h": Fraction(3600)}
DURATION_PART = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)(ns|us|µs|ms|s|m|h)", re.ASCII)
LONGEST = 24 * 3600
LONGEST_TEXT = 40

QUANTITY = re.compile(r"([+-]?)(\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})([A-Za-z]*|[eE][+-]?\d{1,2})", re.ASCII)
DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}
MOST_CORES = 1024
LEAST_MEMORY = 1 << 20
MOST_MEMORY = 1 << 44


def parse_duration(text: str) -> float:
    """Seconds of a Go duration: "90s", "5m", "1h30m". Raises Refused (a ValueError)."""
    parts = DURATION_PART.findall(text[:LONGEST_TEXT])
    if not parts or "".join(number + unit for number, unit in parts) != text:
        unit = re.fullmatch(r"[0-9.]+", text)
        raise Refused("needs a unit" if unit else "not a duration", 'such as "5m" or "1h30m"')
    _check_order([(Fraction(number), SECONDS[unit]) for number, unit in parts], text)
    seconds = sum(Fraction(number) * SECONDS[unit] for number, unit in parts)
    if not 1 <= seconds <= LONGEST:
        raise Refused("expected from 1s to 24h")
    return float(seconds)


def whole_seconds(text: str) -> int:
    """Whole seconds of a duration, of which "0s" is one. Raises Refused."""
    if text == "0s":
        return 0
    seconds = parse_duration(text)
    if not seconds.is_integer():
        raise Refused("whole seconds only", 'such as "5s"')
    return int(seconds)


def cpu_millis(text: str) -> int:
    """Thousandths of a core of a Kubernetes quantity: "100m" is 100, "1.5" is 1500. Raises Refused."""
    number, suffix = _quantity(text, "100m")
    millis = number * 1000
    if millis > MOST_CORES * 1000:
        instead = f'did you mean "{text[:-1]}m"?' if suffix == "M" else "100m is a tenth of a core"
        raise Refused(f'"{text}" is {_counted(number)} cores', hint=instead)
    if millis.denominator != 1 or millis < 1:
        raise Refused(f'"{text}" is less than, or finer than, 1m', hint="1m is a thousandth of a core")
    return int(millis)


def memory_bytes(text: str) -> int:
    """Bytes of a Kubernetes quantity: "64Mi" is 67108864. Raises Refused."""
    number, suffix = _quantity(text, "64Mi")
    if LEAST_MEMORY <= number <= MOST_MEMORY and number.denominator == 1:
        return int(number)
    digits = text.removesuffix(suffix)
    instead = f'did you mean "{digits}Mi"?' if suffix in {"m", "", "k", "Ki"} else "expected from 1Mi to 16Ti"
    raise Refused(f'"{text}" is {_counted(number)} bytes', hint=instead)


def _check_order(parts: list[tuple[Fraction, Fraction]], text: str) -> None:
    for (_, larger), (number, unit) in pairwise(parts):
        if number * unit >= larger:
            raise Refused(f'"{text}" is not a duration', "from hours to seconds, at most 59 of each")


def _quantity(text: str, example: str) -> tuple[Fraction, str]:
    match = QUANTITY.fullmatch(text)
    if not match:
        raise Refused("not a Kubernetes quantity", hint=f'such as "{example}"')
    sign, digits, suffix = match.groups()
    if sign:
        raise Refused("a quantity has no sign", hint=f'such as "{example}"')
    return Fraction(digits) * _factor(suffix, example), suffix


def _factor(suffix: str, example: str) -> Fraction:
    if suffix in BINARY:
        return Fraction(1024 ** BINARY[suffix])
    if suffix in DECIMAL:
        return Fraction(10) ** DECIMAL[suffix]
    if suffix[1:].lstrip("+-").isdigit():
        return Fraction(10) ** int(suffix[1:])
    raise Refused(f'unit "{suffix}" is unknown', hint=f'such as "{example}"')


def _counted(number: Fraction) -> str:
    if number.denominator == 1:
        return f"{int(number):,}"
    return f"{float(number):g}"
