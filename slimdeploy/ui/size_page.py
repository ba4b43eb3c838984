"""The page of `slimdeploy size --html`: numbers, treemap, what changed, and everything once more as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from slimdeploy.artifacts.sizes import ImageSize
from slimdeploy.build.growth import Growth
from slimdeploy.events import amount
from slimdeploy.ui.page import bar, facts, page, table
from slimdeploy.ui.size_picture import picture, tree

MOST_CHANGES = 40


def size_page(size: ImageSize, before: ImageSize | None = None, changes: Sequence[Growth] = ()) -> str:
    """The whole document."""
    return page(f"{_short(size)}: {amount(size.size)}", _parts(size, before, changes))


def _short(size: ImageSize) -> str:
    return size.name.partition("@")[0].rpartition("/")[2]


def _parts(size: ImageSize, before: ImageSize | None, changes: Sequence[Growth]) -> Iterator[str]:
    yield f"<header><h1>{escape(_short(size))}</h1><p><code>{escape(size.name)}</code> {escape(str(size.platform))}</p>"
    yield f"{facts(_facts(size, before))}</header>"
    yield f"<main>\n{picture(size)}\n{_key(size)}"
    yield "<p>An area is a share of the image; point at it for its name and size.</p>"
    if before:
        yield from _changes(before, changes)
    yield from _tables(size)
    yield "</main>"


def _facts(size: ImageSize, before: ImageSize | None) -> Iterator[tuple[str, str]]:
    yield amount(size.size), "in the image, as docker images counts"
    yield amount(size.compressed_size), "compressed: what is pushed and pulled"
    if size.program:
        yield amount(size.program.size), f"the program, {size.program.go}"
        yield str(len(size.program.packages)), "packages linked in"
    if before:
        yield _signed(size.size - before.size), f"since {before.name.partition('@')[2][:19] or before.name}"


def _signed(change: int) -> str:
    return f"{'-' if change < 0 else '+'}{amount(abs(change))}"


def _key(size: ImageSize) -> str:
    """The groups with their colours: a colour alone says nothing to some readers, so names are in the picture, too."""
    items = "".join(
        f'<li><i style="background:var(--c{node.colour})"></i>{escape(node.label)} {amount(node.size)}</li>'
        for node in tree(size)
    )
    return f'<ul class="key">{items}</ul>'


def _changes(before: ImageSize, changes: Sequence[Growth]) -> Iterator[str]:
    yield f"<h2>What changed since <code>{escape(before.name)}</code></h2>"
    if not changes:
        yield "<p>No part of it grew or shrank.</p>"
        return
    shown = sorted(changes, key=lambda each: -abs(each.change))[:MOST_CHANGES]
    most = abs(shown[0].change)
    rows = [
        (
            f"<code>{escape(each.name)}</code>",
            _signed(each.change),
            bar(abs(each.change) / most, "less" if each.change < 0 else "more"),
            amount(each.before) if each.before else "",
            amount(each.now) if each.now else "",
        )
        for each in shown
    ]
    yield table(("Part", "Change", "", "Before", "Now"), rows, numbers=(1, 3, 4))


def _tables(size: ImageSize) -> Iterator[str]:
    if size.program:
        yield f"<h2>Packages in <code>{escape(size.program.path)}</code></h2>"
        most = max((each.size for each in size.program.packages), default=1)
        rows = [
            (
                f"<code>{escape(each.package)}</code>",
                amount(each.size),
                bar(each.size / most),
                *_kinds(each.code, each.tables, each.data),
            )
            for each in size.program.packages
        ]
        yield table(("Package", "Size", "", "Code", "Tables", "Data"), rows, numbers=(1, 3, 4, 5))
        yield "<h2>Else in the program</h2>"
        yield _plain("What", [(each.name, each.size, "") for each in size.program.rest])
    if size.files:
        yield "<h2>Other files</h2>"
        yield _plain("File", [(each.path, each.size, each.why) for each in size.files])
    yield "<h2>Layers</h2>"
    yield _plain("Layer, the lowest first", [(digest, bytes_, "") for digest, bytes_ in size.layers], head="Compressed")


def _kinds(*sizes: int) -> tuple[str, ...]:
    return tuple(amount(each) if each else "" for each in sizes)


def _plain(name: str, rows: Sequence[tuple[str, int, str]], head: str = "Size") -> str:
    most = max((size for _, size, _ in rows), default=1) or 1
    cells = [(f"<code>{escape(what)}</code>", amount(size), bar(size / most), escape(why)) for what, size, why in rows]
    return table((name, head, "", ""), cells, numbers=(1,))
