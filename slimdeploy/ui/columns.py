"""Tables as aligned text: numbers to the right, words to the left, and the last column as long as it likes."""

from __future__ import annotations

from collections.abc import Sequence

from slimdeploy.ui.terminal import printable

GAP = "  "
FULL, PARTS = "█", " ▏▎▍▌▋▊▉"  # eighths, U+258F to U+2588


def columns(head: Sequence[str], rows: Sequence[Sequence[str]], *, left: Sequence[int]) -> list[str]:
    """Lines of a table; `left` are the columns of words."""
    cells = [list(map(printable, row)) for row in (head, *rows)]
    widths = [max(len(row[number]) for row in cells) for number in range(len(head))]
    return [
        GAP.join(
            cell.ljust(width) if number in left else cell.rjust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in cells
    ]


def bar(value: float, most: float, width: int) -> str:
    """A bar of at most `width` characters, exact to an eighth of one; what is there at all is seen."""
    eighths = max(round(8 * width * value / most), 1) if most > 0 and value > 0 else 0
    return FULL * (eighths // 8) + PARTS[eighths % 8].strip()
