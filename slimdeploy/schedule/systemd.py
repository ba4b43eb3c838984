"""A service and a timer for systemd (systemd.service(5), systemd.timer(5), systemd.time(7))."""

from __future__ import annotations

import re

from slimdeploy.config.cron import MONTHS
from slimdeploy.schedule.run import Cron, Run

WEEKDAYS = ("Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def units(run: Run, cron: Cron) -> str:
    """Both files, each under a comment with its name."""
    return f"# {run.name}.service\n{service(run)}\n# {run.name}.timer\n{timer(run, cron)}"


def service(run: Run) -> str:
    """The service: one run, ended as a whole when it takes too long. Exit 75 (locked) is no failure."""
    variables = "".join(f"Environment={_quoted(_escaped(f'{name}={value}'))}\n" for name, value in run.environment)
    return (
        "[Unit]\n"
        f"Description=Redeploy {_escaped(run.app)} with slimdeploy\n"
        "Wants=network-online.target\nAfter=network-online.target\n\n"
        "[Service]\n"
        "Type=oneshot\n"
        f"WorkingDirectory={_escaped(str(run.project))}\n"
        f"{variables}"
        f"ExecStart={' '.join(_quoted(_escaped(part).replace('$', '$$')) for part in run.argv)}\n"
        "SuccessExitStatus=75\nTimeoutStartSec=45min\n"
    )


def timer(run: Run, cron: Cron) -> str:
    """The timer; a run that was missed while the machine was off is made up once."""
    calendar = "".join(f"OnCalendar={each}\n" for each in on_calendar(cron))
    return (
        f"[Unit]\nDescription=When to redeploy {_escaped(run.app)}\n\n"
        f"[Timer]\n{calendar}Persistent=true\nRandomizedDelaySec=60\n\n"
        "[Install]\nWantedBy=timers.target\n"
    )


def on_calendar(cron: Cron) -> tuple[str, ...]:
    """The same times for systemd. Cron's day and weekday are joined by "or", systemd's by "and": hence two lines."""
    clock = f"{_field(cron.hour, 0)}:{_field(cron.minute, 0)}:00"
    month, day, weekday = _field(_numbered(cron.month), 1), _field(cron.day, 1), _weekdays(cron.weekday)
    by_day, by_weekday = f"*-{month}-{day} {clock}", f"{weekday} *-{month}-* {clock}"
    if cron.weekday == "*":
        return (by_day,)
    return (by_weekday,) if cron.day == "*" else (by_day, by_weekday)


def _field(text: str, first: int) -> str:
    return ",".join(_part(part, first) for part in text.split(","))


def _part(part: str, first: int) -> str:
    """*/15 is 0/15, 1-5 is 1..5."""
    span, _, every = part.partition("/")
    span = str(first) if span == "*" and every else span.replace("-", "..")
    return f"{span}/{every}" if every else span


def _numbered(months: str) -> str:
    """systemd knows months by number only."""
    return re.sub("[A-Za-z]+", lambda name: str(MONTHS.index(name[0].lower()) + 1), months)


def _weekdays(text: str) -> str:
    names = [WEEKDAYS[number] for part in text.split(",") for number in _numbers(part)]
    return ",".join(dict.fromkeys(names))


def _numbers(part: str) -> range:
    span, _, every = part.partition("/")
    low, _, high = ("0-6" if span == "*" else span).partition("-")
    return range(_number(low), _number(high or low) + 1, int(every or 1))


def _number(text: str) -> int:
    return int(text) if text.isdigit() else WEEKDAYS.index(text[:3].title())


def _escaped(text: str) -> str:
    """systemd.unit(5): % starts a specifier. In a command line, and only there, $ starts a variable."""
    return text.replace("%", "%%")


def _quoted(text: str) -> str:
    """Quotes keep spaces."""
    inner = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inner}"'
