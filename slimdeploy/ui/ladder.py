"""The ladder as text, as JSON and as a page with bars."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from html import escape
from typing import Any

from slimdeploy.artifacts.ladder import Ladder, Rung
from slimdeploy.ui.columns import bar, columns
from slimdeploy.ui.page import bar as html_bar
from slimdeploy.ui.page import facts, page, table
from slimdeploy.ui.size_table import amount

BAR = 24
HEAD = ("IMAGE", "BASE", "SIZE", "", "COMPRESSED", "PUSH", "PULL", "START", "PULL+START")


def text(ladder: Ladder) -> str:
    """A table, with a bar for the size of each image."""
    made = [rung for rung in ladder.rungs if not rung.skipped]
    most = max((rung.size or 0 for rung in made), default=0)
    lines = columns(HEAD, [_row(rung, most) for rung in made], left=(0, 1, 3))
    notes = [
        f"{rung.name} ({rung.base or 'scratch'}): {'skipped: ' * rung.skipped}{rung.note}"
        for rung in ladder.rungs
        if rung.note
    ]
    return "\n".join([*lines, "", f"Push and pull {ladder.way}; pull into an empty store.", *notes])


def _row(rung: Rung, most: int) -> tuple[str, ...]:
    sizes = amount(rung.size or 0), bar(rung.size or 0, most, BAR), amount(rung.compressed_size or 0)
    return rung.name, rung.base or "scratch", *sizes, *_times(rung)


def _times(rung: Rung) -> tuple[str, ...]:
    return tuple(_seconds(each) for each in (rung.push, rung.pull, rung.start, rung.cold_start))


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f} s"


def document(ladder: Ladder) -> dict[str, Any]:
    """Bytes and seconds."""
    rungs = [asdict(rung) | {"skipped": rung.skipped, "cold_start": rung.cold_start} for rung in ladder.rungs]
    return {"app": ladder.app, "way": ladder.way, "rungs": rungs}


def ladder_page(ladder: Ladder) -> str:
    """The whole document."""
    return page(f"{ladder.app}: image sizes", _parts(ladder))


def _parts(ladder: Ladder) -> Iterator[str]:
    made = [rung for rung in ladder.rungs if not rung.skipped]
    first, last = made[0], made[-1]
    yield f"<header><h1>{escape(ladder.app)}: one program, {len(made)} images</h1>"
    yield "<p>The same binary on ever smaller bases. "
    yield f"Push and pull {escape(ladder.way)}; the pull is into an empty store.</p>"
    if first.size and last.size:
        ratio = (
            f"{first.size / last.size:,.0f} times"
            if first.size >= 2 * last.size
            else f"{first.size / last.size:.1f} times"
        )
        yield facts([(ratio, f"smaller: {amount(first.size)} to {amount(last.size)}")])
    yield "</header><main>"
    for name, values, show in _charts(made):
        yield f"<h2>{name}</h2>{_chart(made, values, show)}"
    if skipped := [rung for rung in ladder.rungs if rung.note]:
        rows = [
            (escape(rung.name), f"<code>{escape(rung.base or 'scratch')}</code>", escape(rung.note)) for rung in skipped
        ]
        yield "<h2>Not measured</h2>" + table(("Image", "Base", "Why"), rows)
    yield "</main>"


def _charts(rungs: list[Rung]) -> Iterator[tuple[str, list[float | None], Any]]:
    def size(value: float) -> str:
        return amount(int(value))

    yield "Size of the image", [rung.size for rung in rungs], size
    yield "Compressed: what is pushed and pulled", [rung.compressed_size for rung in rungs], size
    yield "Push", [rung.push for rung in rungs], _seconds
    yield "Pull", [rung.pull for rung in rungs], _seconds
    yield "Start, once it is there", [rung.start for rung in rungs], _seconds


def _chart(rungs: list[Rung], values: list[float | None], show: Any) -> str:  # noqa: ANN401 - a way to write a number
    most = max((value or 0 for value in values), default=0) or 1
    rows = [
        (escape(rung.name), f"<code>{escape(rung.base or 'scratch')}</code>", show(value), html_bar(value / most))
        if value is not None
        else (escape(rung.name), f"<code>{escape(rung.base or 'scratch')}</code>", "-", html_bar(0))
        for rung, value in zip(rungs, values, strict=True)
    ]
    return table(("Image", "Base", "", ""), rows, numbers=(2,))
