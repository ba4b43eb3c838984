"""When a schedule comes next."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from slimdeploy.config.cron_times import next_time

NOW = "2026-11-25T13:20:30"  # a Wednesday
ROWS = [
    ("* * * * *", "UTC", NOW, "2026-11-25T13:21:00"),
    ("20 13 * * *", "UTC", "2026-11-25T13:20:00", "2026-11-26T13:20:00"),
    ("*/15 * * * *", "UTC", "2026-12-31T23:50:00", "2027-01-01T00:00:00"),
    ("0 3 * * *", "Europe/Berlin", NOW, "2026-11-26T02:00:00"),
    ("0 3 * * 0", "UTC", NOW, "2026-11-29T03:00:00"),
    ("0 3 1 * mon", "UTC", NOW, "2026-11-30T03:00:00"),  # day or weekday, if both are given
    ("0 3 */2 * mon", "UTC", NOW, "2026-12-07T03:00:00"),  # but both, if one begins with *
    ("0 0 29 feb *", "UTC", NOW, "2028-02-29T00:00:00"),
    ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00", "2026-03-30T00:30:00"),  # 2:30 on the 29th is left out
]


@pytest.mark.parametrize(("line", "zone", "now", "wanted"), ROWS)
def test_it_is_the_first_time_after_now(line, zone, now, wanted):
    found = next_time(line, ZoneInfo(zone), datetime.fromisoformat(now).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(wanted).replace(tzinfo=UTC)


@pytest.mark.parametrize("line", ["@hourly", "TZ=UTC 0 3 * * *", "0 3 30 2 *", ""])
def test_what_we_cannot_read_is_not_told(line):
    assert next_time(line, UTC, datetime.now(UTC)) is None
