"""One HTML file that needs nothing else: no script, no font, no address. Light and dark, and readable when printed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from slimdeploy.errors import UnreadableFile, UsageError
from slimdeploy.events import Note

MARK = '<meta name="generator" content="slimdeploy">'
STYLE = """
:root { color-scheme: light dark; --ground: #fff; --ink: #1b1f24; --quiet: #59636e; --line: #d1d9e0 }
:root {
  --c0: #a9c6ec; --c1: #efc27f; --c2: #aed6a5; --c3: #d3b6e6; --c4: #eeb0b0;
  --c5: #9fd6d6; --c6: #dfd488; --c7: #e8b3d2; --c8: #c6cbd1; --c9: #bdd186;
  --d0: #dbe8f8; --d1: #fae9d0; --d2: #dff0db; --d3: #eee2f6; --d4: #fae1e1;
  --d5: #dcf1f1; --d6: #f5f0cf; --d7: #f8e3ee; --d8: #e9ebee; --d9: #e7efd2;
  --bar: #3b73b9; --more: #b4442c; --less: #2f7d4f
}
@media screen and (prefers-color-scheme: dark) {
:root {
  --ground: #14181d; --ink: #e8ecf0; --quiet: #9aa5b1; --line: #38414b;
  --c0: #2f5486; --c1: #7d5718; --c2: #33693b; --c3: #633f80; --c4: #833a3a;
  --c5: #226667; --c6: #665d1c; --c7: #7a3a6a; --c8: #4d545d; --c9: #566a22;
  --d0: #1f3452; --d1: #473312; --d2: #213f26; --d3: #3c284d; --d4: #4d2626;
  --d5: #193f40; --d6: #403b15; --d7: #4a2641; --d8: #32373d; --d9: #364217;
  --bar: #6ea8ef; --more: #ef8a72; --less: #6fc491
}
}
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 1240px; padding: 24px 20px 48px; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif }
h1 { font-size: 26px; line-height: 1.2; margin: 0 } h2 { font-size: 17px; margin: 36px 0 8px }
p { margin: 6px 0; color: var(--quiet) } code { font: 13px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace;
  overflow-wrap: anywhere }
.facts { display: flex; flex-wrap: wrap; gap: 8px 36px; margin: 18px 0; padding: 0; list-style: none }
.facts b { display: block; font-size: 24px; line-height: 1.2; font-variant-numeric: tabular-nums }
.facts span { color: var(--quiet); font-size: 13px }
.key { display: flex; flex-wrap: wrap; gap: 4px 18px; margin: 10px 0 0; padding: 0; list-style: none; font-size: 13px }
.key i { display: inline-block; width: 12px; height: 12px; border-radius: 2px; margin-right: 6px; vertical-align: -1px }
svg { display: block; width: 100%; height: auto }
svg text { fill: var(--ink); pointer-events: none;
  font: 12px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace }
svg text.head { font-weight: 600 } svg text.quiet { fill-opacity: .72; font-size: 11px }
svg rect { stroke: var(--ground) } svg g:hover > rect { stroke: var(--ink); stroke-width: 1.5 }
.scroll { overflow-x: auto }
table { border-collapse: collapse; width: 100%; font-size: 14px }
th { color: var(--quiet); font-weight: 500; font-size: 12px } caption { text-align: left; color: var(--quiet) }
th, td { text-align: left; padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); vertical-align: baseline }
td.n, th.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
td.b { width: 24%; min-width: 90px } table.chart td.b { width: 56% } table.chart td { padding-top: 6px }
td.b i { display: block; height: 10px; border-radius: 2px; background: var(--bar) }
td.b i.ours { background: var(--less) } td.b i.more { background: var(--more) } td.b i.less { background: var(--less) }
"""
PRINT = """
@media print {
  body { max-width: none; padding: 0; font-size: 11pt } h2 { break-after: avoid } tr, svg { break-inside: avoid }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact } thead { display: table-header-group }
}
"""


def page(title: str, parts: Iterable[str]) -> str:
    """A whole document."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
{MARK}
<title>{escape(title)}</title>
<style>{STYLE}{PRINT}</style>
</head>
<body>
{chr(10).join(parts)}
</body>
</html>
"""


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Large numbers, each with what it is."""
    return (
        '<ul class="facts">'
        + "".join(f"<li><b>{escape(number)}</b><span>{escape(what)}</span></li>" for number, what in pairs)
        + "</ul>"
    )


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, numbers: Sequence[int] = (), kind: str = "") -> str:
    """A table; its cells are HTML. `numbers` are the columns that stand to the right; a bar is known by its element."""
    cells = [[_cell(cell, right=number in numbers) for number, cell in enumerate(row)] for row in rows]
    names = "".join(
        f'<th scope="col"{" class=n" if number in numbers else ""}>{escape(name)}</th>'
        for number, name in enumerate(head)
    )
    body = "\n".join(f"<tr>{''.join(row)}</tr>" for row in cells)
    chosen = f' class="{kind}"' if kind else ""
    return (
        f'<div class="scroll"><table{chosen}><thead><tr>{names}</tr></thead>\n<tbody>\n{body}\n</tbody></table></div>'
    )


def _cell(cell: str, *, right: bool) -> str:
    kind = " class=b" if cell.startswith("<i") else " class=n" if right else ""
    return f"<td{kind}>{cell}</td>"


def bar(share: float, kind: str = "") -> str:
    """A bar of a part of its cell."""
    style = f"width:{100 * min(max(share, 0.004), 1):.1f}%" if share else "width:0"
    return f'<i{f" class={kind}" if kind else ""} style="{style}"></i>'


def check(file: Path) -> Path:
    """A file that may be written: it is not there, or we wrote it. Raises UsageError, UnreadableFile."""
    try:
        if not file.parent.is_dir():
            raise UsageError(f"--html {file}: there is no folder {file.parent}")
        if file.is_dir():
            raise UsageError(f"--html {file}: that is a folder", hint=f"--html {file / 'size.html'}")
        if file.exists() and MARK not in file.read_text("utf-8", "replace")[:1000]:
            raise UsageError(f"--html {file} is there, and not from slimdeploy", hint="name a new file")
    except OSError as error:
        raise UnreadableFile(f"--html {file}: {error.strerror}") from None
    return file


def write(file: Path, text: str, project: str) -> Note:
    """Written whole or not at all; and what to say of it. Raises UnreadableFile."""
    fresh = file.with_name(f".{file.name}.new")
    try:
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(file)
    except OSError as error:
        raise UnreadableFile(f"--html {file} cannot be written: {error.strerror}") from None
    inside = file.resolve().is_relative_to(Path(project).resolve())
    return Note(f"wrote {file}{': it is in the project, so the next build runs go again' * inside}")
