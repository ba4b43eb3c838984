"""slimdeploy history: the releases so far."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from slimdeploy.cli.options import PROJECT, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output

if TYPE_CHECKING:
    from slimdeploy.artifacts.release import Record

HEAD = ("release", "when", "who", "source", "image", "outcome", "took", "what")


@verb("history", PROJECT, TARGET)
def command(output: Output, flags: Flags) -> None:
    """Show the last releases: when, by whom, of which source, what came of it and what it changed."""
    from slimdeploy.upkeep import destination

    there = destination(request(flags, output), output.terminal)
    records = there.history()
    text = table(records) if records else "; ".join(("no releases yet", *there.status().warnings))
    output.result(text, [document(record) for record in records])


def table(records: tuple[Record, ...]) -> str:
    """The history for people, the newest at the top."""
    rows = [HEAD, *(_row(record) for record in records)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD) - 1)]
    lines = [
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[-1]]) for row in rows
    ]
    notes = [f"release {record.number}: {record.note}" for record in records if record.note]
    return "\n".join([*lines, *(["", *notes] if notes else [])])


def document(record: Record) -> dict[str, object]:
    """A release as JSON holds it."""
    facts = {key: value for key, value in asdict(record.facts).items() if key not in {"intent", "kinds", "hashed"}}
    known = {"release": record.number, "outcome": str(record.outcome), "seconds": record.seconds}
    return known | facts | {"digest": record.digest, "note": record.note}


def _row(record: Record) -> tuple[str, ...]:
    facts = record.facts
    when = facts.when.replace("T", " ")
    took = "" if record.seconds is None else f"{record.seconds:.1f} s"
    what = ", ".join(facts.changed)
    if facts.reason.startswith("rollback"):
        what = f"{facts.reason}: {what}"
    digest = record.digest.removeprefix("sha256:")[:12]
    return (str(record.number), when, facts.who, facts.revision, digest, str(record.outcome), took, what)
