"""The ladder as text, as JSON and as a page with bars."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from html import escape
from typing import Any

from slimdeploy.artifacts.ladder import Ladder, Rung
from slimdeploy.events import amount
from slimdeploy.ui.columns import bar, columns
from slimdeploy.ui.page import bar as html_bar
from slimdeploy.ui.page import facts, page, table

BAR = 24
SCRATCH = "scratch"
Show = Callable[[float | None], str]
HEAD = ("IMAGE", "BASE", "SIZE", "", "COMPRESSED", "PUSH", "PULL", "START", "PULL+START")


def text(ladder: Ladder) -> str:
    """A table, with a bar for the size of each image."""
    made = [rung for rung in ladder.rungs if not rung.skipped]
    most = max((rung.size or 0 for rung in made), default=0)
    lines = columns(HEAD, [_row(rung, most) for rung in made], left=(0, 1, 3))
    notes = [_note(rung) for rung in ladder.rungs if rung.note]
    return "\n".join([*lines, "", _way(ladder), *notes])


def _note(rung: Rung) -> str:
    base = f" ({rung.base})" if rung.base else ""
    return f"{rung.name}{base}: {'skipped: ' * rung.skipped}{rung.note}"


def _row(rung: Rung, most: int) -> tuple[str, ...]:
    sizes = amount(rung.size or 0), bar(rung.size or 0, most, BAR), amount(rung.compressed_size or 0)
    return rung.name, rung.base or SCRATCH, *sizes, *_times(rung)


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
    yield f"<header><h1>{escape(ladder.app)}: one program, {len(made)} images</h1>"
    yield f"<p>The same binary on ever smaller bases. {escape(_way(ladder))}</p>{facts(_facts(made))}</header>\n<main>"
    for name, values, show in _charts(made):
        yield f"<h2>{name}</h2>\n{_chart(made, values, show)}"
    if missing := [rung for rung in ladder.rungs if rung.note]:
        rows = [
            (escape(rung.name), f"<code>{escape(rung.base or SCRATCH)}</code>", escape(rung.note)) for rung in missing
        ]
        yield "<h2>Not measured</h2>\n" + table(("Image", "Base", "Why"), rows)
    yield "</main>"


def _way(ladder: Ladder) -> str:
    started = any(rung.start is not None for rung in ladder.rungs)
    start = " Start is from `podman run` until the program listens, most of it podman's own." if started else ""
    return f"Push and pull {ladder.way}; the pull is into an empty store.{start}"


def _facts(rungs: list[Rung]) -> Iterator[tuple[str, str]]:
    sizes = [rung.size for rung in rungs if rung.size]
    if len(sizes) > 1:
        times = sizes[0] / sizes[-1]
        yield f"{times:,.0f} times" if times >= 10 else f"{times:.1f} times", "smaller"
    for rung in (*rungs[:1], *rungs[1:][-1:]):
        yield amount(rung.size or 0), f"on {rung.base or SCRATCH}"


def _charts(rungs: list[Rung]) -> Iterator[tuple[str, list[float | None], Show]]:
    def size(value: float | None) -> str:
        return "-" if value is None else amount(int(value))

    yield "Size of the image", [rung.size for rung in rungs], size
    yield "Compressed: what is pushed and pulled", [rung.compressed_size for rung in rungs], size
    yield "Push", [rung.push for rung in rungs], _seconds
    yield "Pull", [rung.pull for rung in rungs], _seconds
    yield "Start, once it is there", [rung.start for rung in rungs], _seconds


def _chart(rungs: list[Rung], values: list[float | None], show: Show) -> str:
    most = max((value or 0 for value in values), default=0) or 1
    rows = [
        (
            escape(rung.name),
            f"<code>{escape(rung.base or SCRATCH)}</code>",
            show(value),
            html_bar((value or 0) / most, "" if rung.base else "ours"),
        )
        for rung, value in zip(rungs, values, strict=True)
    ]
    return table(("Image", "Base", "", ""), rows, numbers=(2,), kind="chart")
