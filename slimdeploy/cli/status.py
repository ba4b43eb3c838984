"""slimdeploy status: what runs now."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from slimdeploy.cli.options import PROJECT, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output

if TYPE_CHECKING:
    from slimdeploy.deploy.destination import Instance, Status

UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


@verb("status", PROJECT, TARGET)
def command(output: Output, flags: Flags) -> None:
    """Show what runs: release, image, copies, restarts, and the last warnings. Exit code 0 whatever it finds."""
    from slimdeploy.upkeep import destination

    status = destination(request(flags, output)).status()
    output.result(table(status), asdict(status) | {"ready": status.ready})


def table(status: Status) -> str:
    """The status for people."""
    if not status.image and not status.instances:
        return "; ".join((f"{status.app} is not deployed on {status.target}", *status.warnings))
    idle = not status.wanted and not status.instances
    copies = "scaled to zero" if idle else f"{status.ready}/{status.wanted} ready"
    head = f"{status.app} on {status.target}: {copies}" + (f"  {status.url}" if status.url else "")
    release = status.release
    about = (
        [f"  release {release.number}, {release.outcome} {release.when.replace('T', ' ')} by {release.who}"]
        if release
        else []
    )
    rows = [_row(each, status.image) for each in status.instances]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))] if rows else []
    lines = ["  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    warned = [f"  warning: {text}" for text in status.warnings]
    return "\n".join([head, *about, f"  image {status.image}", *(line.rstrip() for line in lines), *warned])


def _row(instance: Instance, image: str) -> tuple[str, ...]:
    other = instance.image.rpartition("@")[2].removeprefix("sha256:")[:12] if instance.image != image else ""
    return (
        instance.name,
        "ready" if instance.ready else "not ready",
        f"{instance.restarts} restart{'' if instance.restarts == 1 else 's'}",
        age(instance.started),
        instance.node,
        instance.state + (f", other image {other}" if other else ""),
    )


def age(started: str) -> str:
    """How long ago, in the largest two units: 3d4h, 5m12s; empty if that is not known."""
    if not started:
        return ""
    left = max(0, int((datetime.now(UTC) - datetime.fromisoformat(started)).total_seconds()))
    parts: list[str] = []
    for size, unit in UNITS:
        count, left = divmod(left, size)
        if count or parts:
            parts.append(f"{count}{unit}")
    return "".join(parts[:2]) or "0s"
