"""How a rule says no: what is wrong, what to do about it, and on which part of the value."""

from __future__ import annotations

import unicodedata

Key = str | int
KeyPath = tuple[Key, ...]

INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}  # Unicode categories: control, format, surrogate, private, ...


class Refused(ValueError):
    """A value breaks a rule. The message has no key in front of it; `str()` is message and hint on one line.

    `at` leads from the checked value to the part that is wrong, `on_key` puts the caret under its name instead of its
    value, and `earlier` leads to another place, whose line stands for `{line}` in the message. A `confidential` value
    is never shown.
    """

    def __init__(
        self,
        message: str,
        hint: str = "",
        *,
        at: KeyPath = (),
        on_key: bool = False,
        earlier: KeyPath | None = None,
        confidential: bool = False,
    ) -> None:
        super().__init__(f"{message}, {hint}" if hint else message)
        self.message = message
        self.hint = hint
        self.at = at
        self.on_key = on_key
        self.earlier = earlier
        self.confidential = confidential


def visible(text: str) -> str:
    """Refuse control and invisible characters: they split lines, reorder them, or drive the terminal they reach."""
    refuse_invisible(text)
    return text


def refuse_invisible(text: str) -> None:
    """Raise Refused for the first character that cannot be seen."""
    for character in text:
        if unicodedata.category(character) in INVISIBLE:
            is_break = character in "\n\r"
            raise Refused("line break not allowed" if is_break else f"character {named(character)} not allowed")


def named(character: str) -> str:
    """A plain character as it is; any other by number and name, since letters look alike."""
    if " " <= character < "\x7f":
        return f"'{character}'"
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".rstrip()
