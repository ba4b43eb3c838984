"""How a rule says no: what is wrong, what to do, and on which part of the value."""

from __future__ import annotations

import unicodedata

Key = str | int
Path = tuple[Key, ...]


class Refused(ValueError):
    """A value breaks a rule. `str()` is the message, without the key in front of it.

    `at` leads from the checked value to the part that is wrong, `on_key` puts the caret under its name instead of its
    value, and `earlier` names another place in the same table, whose line stands for `{line}` in the message.
    """

    def __init__(
        self, message: str, *, hint: str = "", at: Path = (), on_key: bool = False, earlier: Path | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.at = at
        self.on_key = on_key
        self.earlier = earlier


def refuse_control(text: str, *, allowed: str = "") -> None:
    """Refuse control and invisible characters: they end strings, split lines, or drive the terminal that shows them."""
    for character in text:
        if character in allowed or not _hidden(character):
            continue
        if character in "\n\r":
            raise Refused("line break not allowed")
        raise Refused(f"character {named(character)} not allowed")


def printable(text: str) -> str:
    """A string for one printable line: other characters than a check lets through may not pass."""
    refuse_control(text)
    return text


def named(character: str) -> str:
    """A character that can be shown as it is, or its number (and name, when letters look alike)."""
    if " " < character < "\x7f":
        return f"'{character}'"
    name = unicodedata.name(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


def _hidden(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
