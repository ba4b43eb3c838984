"""schedule.cron: five fields, in the subset on which cron, systemd and a Kubernetes CronJob agree.

Refused: macros (@daily), `TZ=` in front (current API servers refuse it), 7 for Sunday (a CronJob counts to 6), a step
after a single number (cron and Kubernetes read it differently), and dates that never come.
"""

from __future__ import annotations

import re

from slimdeploy.config.near import did_you_mean
from slimdeploy.config.refusal import Refused, visible
from slimdeploy.records import frozen

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
LONGEST = 200
LONGEST_MONTH = {2: 29, 4: 30, 6: 30, 9: 30, 11: 30}
ENTRY = re.compile(r"(\*|[0-9a-z]+)(?:-([0-9a-z]+))?(?:/([0-9]+))?", re.IGNORECASE | re.ASCII)


@frozen
class Field:
    """One of the five fields."""

    name: str
    low: int
    high: int
    words: tuple[str, ...] = ()
    first: int = 0
    """The number of the first word."""


FIELDS = (
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day of month", 1, 31),
    Field("month", 1, 12, MONTHS, 1),
    Field("day of week", 0, 6, DAYS),
)


def cron_line(text: str) -> str:
    """Five fields that can come true."""
    visible(text)
    if len(text) > LONGEST:
        raise Refused(f"{len(text)} characters, at most {LONGEST}")
    if text.startswith("@"):
        instead = MACROS.get(text.lower())
        raise Refused(
            f"{text.split(maxsplit=1)[0]} is not possible", f'write "{instead}"' if instead else "write five fields"
        )
    if text.upper().startswith(("TZ=", "CRON_TZ=")):
        raise Refused("a time zone in front is not possible", "five fields, in the time zone of the machine")
    fields = text.split()
    if len(fields) != len(FIELDS):
        raise Refused(f"{len(fields)} fields, expected 5", "minute, hour, day of month, month, day of week")
    values = [numbers(field, entry) for field, entry in zip(FIELDS, fields, strict=True)]
    _check_comes(values[2], values[3], by_weekday=fields[4] != "*")
    return text


def numbers(field: Field, text: str) -> set[int]:
    """What an entry of this field stands for."""
    found: set[int] = set()
    for entry in text.split(","):
        found |= _entry(field, entry)
    return found


def _entry(field: Field, text: str) -> set[int]:
    match = ENTRY.fullmatch(text)
    if not match:
        raise Refused(f'{field.name}: "{text}" is not possible', "such as 5, 1-5, */15 or 1,15")
    start, end, step = match.groups()
    if start == "*" and end is None:
        return set(range(field.low, field.high + 1, _step(field, step)))
    first = _number(field, start)
    last = _number(field, end) if end else first
    if last < first:
        raise Refused(f'{field.name}: "{text}" runs backwards', "the smaller number comes first")
    if step and not end:
        raise Refused(
            f'{field.name}: cron and Kubernetes read "{text}" differently', f"write {start}-{field.high}/{step}"
        )
    return set(range(first, last + 1, _step(field, step)))


def _number(field: Field, text: str) -> int:
    if text.lower() in field.words:
        return field.words.index(text.lower()) + field.first
    if text.isdigit() and len(text) <= 2 and field.low <= int(text) <= field.high:
        return int(text)
    hint = "Sunday is 0" if field.name == "day of week" and text == "7" else ""
    raise Refused(f'{field.name}: expected from {field.low} to {field.high}, got "{text}"', hint)


def _step(field: Field, text: str | None) -> int:
    if text is None:
        return 1
    if len(text) > 2 or not 1 <= int(text) <= field.high:
        raise Refused(f'{field.name}: step "{text}" is not possible', f"expected from 1 to {field.high}")
    return int(text)


def _check_comes(days: set[int], months: set[int], *, by_weekday: bool) -> None:
    if by_weekday or any(min(days) <= LONGEST_MONTH.get(month, 31) for month in months):
        return
    raise Refused("this date never comes", f"no such month has a day {min(days)}")


def time_zone(name: str) -> str:
    """A zone of the IANA database; what this machine does not know is not refused if it knows none at all."""
    from zoneinfo import ZoneInfo, available_timezones

    visible(name)
    known = available_timezones()
    if name == "Local" or (known and name not in known) or not re.fullmatch(r"[A-Za-z0-9_+/-]+", name, re.ASCII):
        raise Refused(f"unknown time zone{did_you_mean(name, known)}", 'such as "Europe/Berlin"')
    return ZoneInfo(name).key if known else name
