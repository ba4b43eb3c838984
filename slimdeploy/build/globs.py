"""Globs as .gitignore has them: `*` and `?` stay within a name, `**` spans folders."""

from __future__ import annotations

import re
from functools import cache

WILD = frozenset("*?[")
TOKEN = re.compile(
    r"(?P<folders>(?:^|(?<=/))\*\*/)|(?P<all>\*\*)|(?P<star>\*)|(?P<one>\?)|(?P<set>\[!?[^]/]+\])|(?P<text>.)",
    re.DOTALL,
)


def fixed(pattern: str) -> tuple[str, str]:
    """The folder in front of the first wildcard, and the glob from there on; a path without wildcards has no glob."""
    parts = pattern.split("/")
    wild = next((index for index, part in enumerate(parts) if WILD & set(part)), len(parts))
    return "/".join(parts[:wild]), "/".join(parts[wild:])


def matches(path: str, pattern: str) -> bool:
    """Whether the whole path fits."""
    return _compiled(pattern).fullmatch(path) is not None


def any_matches(path: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns fits: one without a slash on the last name, another one on the whole path."""
    name = path.rpartition("/")[2]
    return any(matches(path if "/" in each else name, each) for each in patterns)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join(_regular(token) for token in TOKEN.finditer(pattern)), re.DOTALL)


def _regular(token: re.Match[str]) -> str:
    text = token[0]
    if token.lastgroup == "set":
        return (
            "[^" + re.escape(text[2:-1]).replace(r"\-", "-") + "]"
            if text[1] == "!"
            else "[" + re.escape(text[1:-1]).replace(r"\-", "-") + "]"
        )
    return {"folders": "(?:.*/)?", "all": ".*", "star": "[^/]*", "one": "[^/]"}.get(
        token.lastgroup or "", re.escape(text)
    )
