"""When a schedule comes next, as a CronJob's controller counts it (robfig/cron: day of month or day of week, if both
are given). A local time that a change of clocks leaves out does not come.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from slimdeploy.config.cron import FIELDS, cron_line, numbers

MOST_DAYS = 366 * 8 + 3
"""February 29th may be eight years away (1896 to 1904, 2096 to 2104)."""


def next_time(line: str, zone: tzinfo, after: datetime) -> datetime | None:
    """The first time after this moment, in UTC; None for what we cannot read, such as a macro."""
    try:
        fields = cron_line(line).split()
    except ValueError:
        return None
    minutes, hours, days, months, weekdays = (numbers(*pair) for pair in zip(FIELDS, fields, strict=True))
    today = after.astimezone(zone).date()
    for ahead in range(MOST_DAYS):
        day = today + timedelta(days=ahead)
        by_day, by_weekday = day.day in days, day.isoweekday() % 7 in weekdays
        both = by_day and by_weekday if "*" in fields[2] + fields[4] else by_day or by_weekday
        if day.month in months and both:
            found = next((each for each in _times(day, hours, minutes, zone) if each > after), None)
            if found:
                return found
    return None


def _times(day: date, hours: set[int], minutes: set[int], zone: tzinfo) -> Iterator[datetime]:
    for hour in sorted(hours):
        for minute in sorted(minutes):
            local = datetime.combine(day, time(hour, minute), zone)
            moment = local.astimezone(UTC)
            if moment.astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None):
                yield moment
