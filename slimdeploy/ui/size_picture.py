"""The sizes of an image as a picture: a treemap in SVG, drawn here, so that the page needs no script.

Labels are set in a fixed-width font, whose widths are known without a browser: a label is drawn only where it fits.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from html import escape

from slimdeploy.artifacts.sizes import STANDARD, ImageSize, PackageSize, ProgramSize
from slimdeploy.events import amount
from slimdeploy.records import frozen
from slimdeploy.ui.size_table import gathered, module_name, modules
from slimdeploy.ui.treemap import Box, squarify

WIDTH, HEIGHT = 1200.0, 700.0
HEAD, PADDING = 18.0, 5.0
LETTER, BOLD, SMALL = 7.3, 7.4, 6.7
"""Widths of a letter of 12 and 11 pixels: 0.602 of the height in the widest fixed-width fonts, and a little more."""
LEAST_AREA = 24.0
"""Square pixels: what would be smaller is drawn together with what else is."""
LEAST_EMBEDDED = 10_000
COLOURS = 7
STANDARD_COLOUR, REST_COLOUR, FILES_COLOUR = 0, 8, 9


@frozen
class Node:
    """A part of an image, and its own parts. `tip` is what a browser shows when it is pointed at."""

    label: str
    size: int
    tip: str = ""
    colour: int = REST_COLOUR
    parts: tuple[Node, ...] = ()


def tree(size: ImageSize) -> tuple[Node, ...]:
    """Modules with their packages, what else is in the program, and the other files; largest first."""
    groups = list(_modules(size.program)) if size.program else []
    if size.program:
        rest = [Node(each.name, each.size) for each in size.program.rest]
        groups.append(_group("else in the program", REST_COLOUR, rest))
    files = [Node(each.path, each.size, each.why) for each in gathered(size.files)]
    groups += [_group("other files", FILES_COLOUR, files)] if files else []
    return tuple(sorted(groups, key=lambda node: -node.size))


def _modules(program: ProgramSize) -> Iterator[Node]:
    colour = 0
    for module, _, _ in modules(program):
        packages = [_package(each, program) for each in program.packages if each.module == module]
        if module != STANDARD:
            colour = colour % (COLOURS - 1) + 1
        if module == STANDARD:
            yield _group(module_name(module), STANDARD_COLOUR, list(_families(packages)))
        else:
            yield _group(module_name(module), colour, packages)


def _families(packages: list[Node]) -> Iterator[Node]:
    """Packages of the same beginning (crypto/...) together, where there are several."""
    families: dict[str, list[Node]] = {}
    for each in packages:
        families.setdefault(each.label.partition("/")[0], []).append(each)
    for name, family in families.items():
        yield family[0] if len(family) == 1 else _group(name, STANDARD_COLOUR, family)


def _package(package: PackageSize, program: ProgramSize) -> Node:
    tip = f"code {amount(package.code)}, tables {amount(package.tables)}"
    tip += f", data {amount(package.data)}" if package.data else ""
    embedded = [each for each in program.embedded if each.package == package.package and each.size >= LEAST_EMBEDDED]
    own = package.size - sum(each.size for each in embedded)
    parts = [Node(each.path, each.size, f"in {package.package}") for each in embedded]
    parts += [Node("code and other data", own)] if own and parts else []
    return Node(package.package, package.size, tip, parts=tuple(sorted(parts, key=lambda node: -node.size)))


def _group(label: str, colour: int, parts: list[Node]) -> Node:
    ordered = sorted(parts, key=lambda node: -node.size)
    coloured = tuple(_coloured(each, colour) for each in ordered if each.size > 0)
    return Node(label, sum(each.size for each in coloured), f"{len(coloured)} parts", colour, coloured)


def _coloured(node: Node, colour: int) -> Node:
    return replace(node, colour=colour, parts=tuple(_coloured(each, colour) for each in node.parts))


def picture(size: ImageSize) -> str:
    """The treemap as an SVG element."""
    nodes = tree(size)
    title = f"{amount(size.size)} of {size.name}: " + ", ".join(
        f"{node.label} {amount(node.size)}" for node in nodes[:6]
    )
    drawn = "\n".join(_drawn(nodes, Box(0, 0, WIDTH, HEIGHT), max(size.size, 1)))
    return (
        f'<svg viewBox="0 0 {WIDTH:g} {HEIGHT:g}" role="img" aria-labelledby="picture">'
        f'<title id="picture">{escape(title)}</title>\n{drawn}\n</svg>'
    )


def _drawn(nodes: tuple[Node, ...], box: Box, total: int) -> Iterator[str]:
    nodes = _merged(nodes, box)
    for node, place in zip(nodes, squarify([node.size for node in nodes], box), strict=True):
        if not node.size:
            continue
        opened = bool(node.parts) and place.width > 3 * HEAD and place.height > 3 * HEAD
        yield f"<g>{_rectangle(node, place, opened=opened)}<title>{escape(_tip(node, total))}</title>"
        if opened:
            yield _text(fitting(node.label, _letters(place, BOLD)), place, 0, "head")
            yield from _drawn(node.parts, place.inset(PADDING / 2, HEAD), total)
        else:
            yield from _labels(node, place)
        yield "</g>"


def _merged(nodes: tuple[Node, ...], box: Box) -> tuple[Node, ...]:
    """The smallest parts as one, so that none is too small to be seen."""
    total = sum(node.size for node in nodes)
    least = LEAST_AREA * total / max(box.width * box.height, 1.0)
    small = [node for node in nodes if node.size < least]
    if len(small) < 2:
        return nodes
    more = Node(f"{len(small)} more", sum(node.size for node in small), "each too small to be drawn", small[0].colour)
    return tuple(sorted((*(node for node in nodes if node.size >= least), more), key=lambda node: -node.size))


def _tip(node: Node, total: int) -> str:
    return "\n".join(filter(None, (node.label, f"{amount(node.size)}, {100 * node.size / total:.1f} %", node.tip)))


def _rectangle(node: Node, box: Box, *, opened: bool) -> str:
    """One that holds others is darker; `data-size` lets a test add them up."""
    place = f'x="{box.x:.2f}" y="{box.y:.2f}" width="{box.width:.2f}" height="{box.height:.2f}"'
    fill, size = f"{'c' if opened else 'd'}{node.colour}", "" if opened else f' data-size="{node.size}"'
    return f'<rect {place} style="fill:var(--{fill})"{size}/>'


def _labels(node: Node, box: Box) -> Iterator[str]:
    name, size = fitting(node.label, _letters(box, LETTER)), amount(node.size).strip()
    if name and box.height >= HEAD:
        yield _text(name, box, 0, "")
        if box.height >= 2 * HEAD and len(size) <= _letters(box, SMALL):
            yield _text(size, box, 15, "quiet")


def _letters(box: Box, width: float) -> int:
    return int((box.width - 2 * PADDING) / width)


def _text(text: str, box: Box, down: float, kind: str) -> str:
    if not text:
        return ""
    name = f' class="{kind}"' if kind else ""
    return f'<text x="{box.x + PADDING:.2f}" y="{box.y + down + 13:.2f}"{name}>{escape(text)}</text>'


def fitting(text: str, letters: int) -> str:
    """As much of a path as fits, the end of it first: that is what tells it from its neighbours."""
    if len(text) <= letters:
        return text
    last = text.rstrip("/").rpartition("/")[2]
    if len(last) + 2 <= letters and "/" in text:
        return f"…/{last}"
    if len(last) <= letters and "/" in text:
        return last
    return f"{last[: letters - 1]}…" if letters >= 4 else ""
