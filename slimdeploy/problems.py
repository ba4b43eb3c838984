"""One thing that is wrong in slim.toml, with its place: what a ConfigError is made of."""

from __future__ import annotations

import unicodedata

from slimdeploy.records import frozen


@frozen
class Problem:
    """One thing that is wrong in slim.toml. Lines and columns count characters from 1; end_column is exclusive."""

    file: str
    line: int
    column: int
    end_column: int
    path: str
    code: str
    message: str
    hint: str = ""
    source: str = ""  # the line's text, for the caret

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        if not self.source:
            return f"{where}: error: {self.message}" + (f"\n       {self.hint}" if self.hint else "")
        before, marked = self.source[: self.column - 1], self.source[self.column - 1 : self.end_column - 1]
        pointer = f"      | {' ' * _width(before)}{'^' * max(1, _width(marked))} {self.hint}".rstrip()
        return f"{where}: error: {self.message}\n{self.line:>5} | {_drawn(self.source)}\n{pointer}"


def _drawn(text: str) -> str:
    """Safe for a terminal: what does not print is shown as \\u001b, a tab as a space."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text.replace("\t", " "))


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in _drawn(text))
