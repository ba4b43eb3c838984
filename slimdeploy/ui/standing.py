"""`status` for people: one line about the whole, its release, what differs from that, and then a line a pod or run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime

from slimdeploy.artifacts.status import Drift, DriftedField, DriftedObject, Instance, Run, Schedule, Status
from slimdeploy.ui.columns import columns

UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))
BORING = re.compile(r"^(spec\.template\.spec\.|spec\.template\.|spec\.)(?=.)")
DIGEST = re.compile(r"(sha256:[0-9a-f]{12})[0-9a-f]{52}")
LONGEST = 70
MOST_FIELDS = 10
"""Of one object; -o json has all."""


def table(status: Status) -> str:
    """All of it."""
    if not status.is_there:
        return "; ".join((f"{status.app} is not deployed on {status.target}", *status.warnings))
    return "\n".join((_head(status), *(f"  {line}" for line in _lines(status))))


def _head(status: Status) -> str:
    parts = [f"{each.name} {each.ready}/{each.wanted}" for each in status.processes]
    serving = f"{status.ready}/{status.wanted} ready" + (f" ({', '.join(parts)})" if len(parts) > 1 else "")
    if not status.wanted and not status.instances and status.image:
        serving = "scaled to zero"
    own = next((run for run in status.runs if not run.process), None)
    said = {
        "service": serving if status.processes or status.ready else "nothing serves",
        "job": f"job, {own.outcome if own else 'no run is left'}",
        "cron": _clock(status.schedule) if status.schedule else "nothing is scheduled",
    }[status.kind]
    more = f", {serving}" if status.kind != "service" and status.processes else ""
    return f"{status.app} on {status.target}: {said}{more}" + (f"  {status.url}" if status.url else "")


def _clock(schedule: Schedule) -> str:
    zone = f" ({schedule.time_zone})" if schedule.time_zone else ""
    text = f'"{schedule.cron}"{zone}'
    if schedule.suspended:
        return f"{text}, suspended"
    return f"{text}, next in {_until(schedule.next)}" if schedule.next else text


def _lines(status: Status) -> Iterator[str]:
    release = status.release
    if release:
        yield f"release {release.number}, {release.outcome} {release.when.replace('T', ' ')} by {release.who}"
    if status.image:
        yield f"image {status.image}"
    if status.image and status.delivered and status.image != status.delivered:
        yield f"another image was delivered: {status.delivered}"
    yield from _drift(status.drift)
    yield from _aligned([_copy(each, status.image) for each in status.instances])
    yield from _aligned([_ran(each) for each in status.runs])
    yield from (f"warning: {text}" for text in status.warnings)


def _drift(drift: Drift | None) -> Iterator[str]:
    if drift is None:
        return
    if drift.objects:
        yield f"drift from release {drift.release}:"
        yield from (f"  {line}" for line in _aligned([row for each in drift.objects for row in _object(each)]))
        yield from (f"  {line}" for line in _ways_back(drift.objects))
    if drift.unchecked:
        yield f"drift not checked: {drift.unchecked}"
    elif not drift.objects:
        yield "drift none"


def _ways_back(objects: tuple[DriftedObject, ...]) -> Iterator[str]:
    fields = [field for each in objects for field in each.fields]
    if any(field.released is not None for field in fields) or any(each.state == "missing" for each in objects):
        yield "slimdeploy up puts it back; what somebody else manages now, with --force-conflicts"
    if any(each.state == "changed" and not each.fields for each in objects):
        yield "slimdeploy up makes it anew, once what has another content is deleted"
    if any(field.released is None for field in fields):
        yield "what was added stays until whoever added it takes it away"


def _object(each: DriftedObject) -> Iterator[tuple[str, ...]]:
    if not each.fields:
        yield each.object, each.state, "", each.reason
    for field in each.fields[:MOST_FIELDS]:
        yield each.object, BORING.sub("", field.path), _by(field), _change(field)
    if len(each.fields) > MOST_FIELDS:
        yield each.object, f"and {len(each.fields) - MOST_FIELDS} more (-o json)", "", ""


def _change(field: DriftedField) -> str:
    if field.released is None:
        return f"+ {_short(field.live)}"
    if field.live is None:
        return f"{_short(field.released)} -> gone"
    if field.released == field.live:
        return f"{_short(field.live)}, not ours any more"
    return f"{_short(field.released)} -> {_short(field.live)}"


def _by(field: DriftedField) -> str:
    when = f" {age(field.when)} ago" if field.when else ""
    return f"by {field.by}{when}" if field.by else ""


def _short(value: object) -> str:
    text = DIGEST.sub(r"\1", json.dumps(value, ensure_ascii=False))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def _copy(instance: Instance, image: str) -> tuple[str, ...]:
    other = DIGEST.sub(r"\1", instance.image) if image and instance.image != image else ""
    return (
        instance.name,
        "ready" if instance.ready else "not ready",
        f"{instance.restarts} restart{'' if instance.restarts == 1 else 's'}",
        age(instance.started),
        instance.node,
        instance.state + (f", other image {other}" if other else ""),
    )


def _ran(run: Run) -> tuple[str, ...]:
    took = f"took {_between(run.started, run.ended)}" if run.started and run.ended else ""
    pods = f"{run.active} pod{'' if run.active == 1 else 's'}" if run.active else ""
    since = f"{age(run.started)} ago" if run.started else ""
    return run.name, run.outcome, since, took or pods, run.state


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    """As a table without a head; a column that nobody has anything in takes no room."""
    used = [number for number in range(len(rows[0])) if any(row[number] for row in rows)] if rows else []
    kept = [[row[number] for number in used] for row in rows]
    return columns(kept[0], kept[1:], left=range(len(used))) if kept else []


def age(moment: str) -> str:
    """How long ago, in the largest two units: 3d4h, 5m12s; empty if that is not known."""
    return _spelled((datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()) if moment else ""


def _until(moment: str) -> str:
    return _spelled((datetime.fromisoformat(moment) - datetime.now(UTC)).total_seconds())


def _between(start: str, end: str) -> str:
    return _spelled((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds())


def _spelled(seconds: float) -> str:
    left, parts = max(0, int(seconds)), list[str]()
    for size, unit in UNITS:
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count}{unit}")
    return "".join(parts[:2]) or "0s"
