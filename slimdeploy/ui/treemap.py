"""Sizes -> rectangles whose areas are in proportion: a squarified treemap (Bruls, Huizing, van Wijk, 2000).

Pure geometry. A row of rectangles is filled along the shorter side as long as that makes its worst one more square.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from slimdeploy.records import frozen


@frozen
class Box:
    """A rectangle."""

    x: float
    y: float
    width: float
    height: float

    def inset(self, margin: float, top: float = 0.0) -> Box:
        """A smaller one inside; `top` more is left free above it."""
        width, height = max(self.width - 2 * margin, 0.0), max(self.height - 2 * margin - top, 0.0)
        return Box(self.x + margin, self.y + margin + top, width, height)


def squarify(sizes: Sequence[float], box: Box) -> list[Box]:
    """A rectangle for each size, in their order; they fill the box. Best with the largest first."""
    total = sum(sizes)
    if total <= 0 or box.width <= 0 or box.height <= 0:
        return [Box(box.x, box.y, 0.0, 0.0) for _ in sizes]
    scale = box.width * box.height / total
    areas, boxes = [size * scale for size in sizes], list[Box]()
    while len(boxes) < len(areas):
        row = _row(areas[len(boxes) :], min(box.width, box.height))
        placed, box = _place(row, box)
        boxes += placed
    return boxes


def _row(areas: Sequence[float], side: float) -> Sequence[float]:
    """As many areas as make a row along this side that is as square as it gets."""
    count = 1
    while count < len(areas) and _worst(areas[: count + 1], side) <= _worst(areas[:count], side):
        count += 1
    return areas[:count]


def _worst(row: Sequence[float], side: float) -> float:
    """The largest ratio of sides in a row."""
    total, least = sum(row), min(row)
    if least <= 0 or side <= 0:
        return float("inf")
    return max(side * side * max(row) / (total * total), total * total / (side * side * least))


def _place(row: Sequence[float], box: Box) -> tuple[list[Box], Box]:
    """The rectangles of a row, and what is left of the box."""
    total = sum(row)
    if box.width >= box.height:
        width = min(total / box.height, box.width) if box.height else 0.0
        heights = _shares(row, box.height)
        boxes = [Box(box.x, box.y + start, width, height) for start, height in heights]
        return boxes, Box(box.x + width, box.y, box.width - width, box.height)
    height = min(total / box.width, box.height) if box.width else 0.0
    boxes = [Box(box.x + start, box.y, width, height) for start, width in _shares(row, box.width)]
    return boxes, Box(box.x, box.y + height, box.width, box.height - height)


def _shares(row: Sequence[float], side: float) -> Iterator[tuple[float, float]]:
    """(start, length) of each part of a side."""
    total, start = sum(row), 0.0
    for each in row:
        length = side * each / total if total else 0.0
        yield start, length
        start += length
