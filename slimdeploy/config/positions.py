"""Where in slim.toml each key and each value stands.

tomlkit gives no position for a valid value and wrong ones for some errors, and pydantic only knows key paths: so the
places come from a scan of our own. Lines and columns count characters from 1.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right

from slimdeploy.config.places import Fault, Places
from slimdeploy.config.refusal import KeyPath
from slimdeploy.config.scanning import scan
from slimdeploy.records import frozen

BARE = re.compile(r"[A-Za-z0-9_-]+")
LONGEST_KEY = 60


@frozen
class Span:
    """From one character to another: offsets in the text, and for people line and columns (on the first line)."""

    start: int
    end: int
    line: int
    column: int
    end_column: int


class Positions:
    """The places in a document, by key path: ("app", "ports", 0, "port")."""

    def __init__(self, text: str, places: Places) -> None:
        self.text = text
        self.keys = places.keys
        self.values = places.values
        self.faults: tuple[Fault, ...] = tuple(places.faults)
        self._lines = [0, *(match.end() for match in re.finditer("\n", text)), len(text) + 1]

    def key(self, path: KeyPath) -> Span:
        """Where the key's name stands; what is not written stands where the table that it belongs to does."""
        known = path[: self.written(path)]
        return self.span(*(self.keys.get(known) or self.values.get(known) or (0, 0)))

    def value(self, path: KeyPath) -> Span:
        """Where the value stands; for a table with a header, its name."""
        known = path[: self.written(path)]
        return self.span(*(self.values.get(known) or self.keys.get(known) or (0, 0)))

    def written(self, path: KeyPath) -> int:
        """How many parts of the path, from its beginning, stand in the text."""
        sizes = range(len(path), 0, -1)
        return next((size for size in sizes if path[:size] in self.keys or path[:size] in self.values), 0)

    def span(self, start: int, end: int) -> Span:
        """From offsets to what a person counts."""
        line = bisect_right(self._lines, start, hi=len(self._lines) - 1)
        first, after = self._lines[line - 1], self._lines[line]
        column = start - first + 1
        return Span(start, end, line, column, max(column + 1, min(end, after - 1) - first + 1))

    def line_text(self, line: int) -> str:
        """A line without its end."""
        return self.text[self._lines[line - 1] : self._lines[line] - 1].removesuffix("\r")


def locate(text: str) -> Positions:
    """Find every key and value of a document; `faults` says what is wrong with it."""
    return Positions(text, scan(text))


def dotted(path: KeyPath) -> str:
    """A key path as people write it: app.ports[0].port."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{_key(part)}" for part in path)
    return text.removeprefix(".")


def _key(name: str) -> str:
    shown = name if len(name) <= LONGEST_KEY else f"{name[:LONGEST_KEY]}..."
    return shown if BARE.fullmatch(shown) else json.dumps(shown, ensure_ascii=False)
