"""The smallest parts of TOML 1.0: strings, numbers, dates, keys. Says where each ends, and why one is wrong.

Values themselves are read by tomllib; here they are only delimited and judged, so that a message can say where and what
in our own words. Forms of TOML 1.1 are refused: other programs that read slim.toml may not know them.
"""

from __future__ import annotations

import re
import tomllib

from slimdeploy.config.refusal import named

NO_CONTROL = r"\x00-\x08\x0a-\x1f\x7f"
ESCAPE = (
    r"\\(?:[btnfr\"\\]|u(?![dD][89a-fA-F])[0-9A-Fa-f]{4}"
    r"|U(?!0000[dD][89a-fA-F])(?:0000|000[1-9A-Fa-f]|0010)[0-9A-Fa-f]{4})"
)
CONTENT = {
    '"': re.compile(rf'(?:[^"\\{NO_CONTROL}]|{ESCAPE})*+'),
    "'": re.compile(rf"[^'{NO_CONTROL}]*+"),
    '"""': re.compile(rf'(?:[^"\\{NO_CONTROL}]|{ESCAPE}|\\[ \t]*\r?\n(?:[ \t]|\r?\n)*|\r?\n|"{{1,2}}(?!"))*+'),
    "'''": re.compile(rf"(?:[^'{NO_CONTROL}]|\r?\n|'{{1,2}}(?!'))*+"),
}

BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
WORD = re.compile(r"[^\s,\[\]{}#=\"']+")
SPACED_DATE = re.compile(r"\d{4}-\d\d-\d\d \d\d:[^\s,\[\]{}#=]*")
DECIMAL = r"[+-]?(?:0|[1-9](?:_?[0-9])*)"
NUMBER = re.compile(
    rf"{DECIMAL}(?:\.[0-9](?:_?[0-9])*)?(?:[eE][+-]?[0-9](?:_?[0-9])*)?|[+-]?(?:inf|nan)"
    r"|0x[0-9A-Fa-f](?:_?[0-9A-Fa-f])*|0o[0-7](?:_?[0-7])*|0b[01](?:_?[01])*"
)
DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)?)?|\d\d:\d\d:\d\d(?:\.\d+)?")
SHORT_TIME = re.compile(r"(?:\d{4}-\d\d-\d\d[Tt ])?\d\d:\d\d(?:[Zz]|[+-]\d\d:\d\d)?")
LONGEST_NUMBER = 100
NEWER = "TOML 1.1 syntax"
OPENED = " (opened at {line}:{column})"


class Malformed(Exception):
    """The text is not TOML 1.0 from `start` to `end`. `opened` is where the unclosed thing begins."""

    def __init__(self, start: int, end: int, message: str, *, hint: str = "", opened: int | None = None) -> None:
        super().__init__(message)
        self.start = start
        self.end = end
        self.message = message
        self.hint = hint
        self.opened = opened


def string_end(text: str, start: int) -> int:
    """The end of the string that starts here."""
    quote = text[start]
    mark = quote * 3 if text.startswith(quote * 3, start) else quote
    at = _content_end(text, start + len(mark), mark)
    if not text.startswith(mark, at):
        raise _explain_string(text, at, opened=start)
    end = at + len(mark)
    more = re.compile(f"{quote}{{0,2}}").match(text, end) if len(mark) == 3 else None  # """a""""" ends in two quotes
    return more.end() if more else end


def scalar_end(text: str, start: int) -> int:
    """The end of the boolean, number or date that starts here."""
    found = SPACED_DATE.match(text, start) or WORD.match(text, start)
    if not found:
        raise Malformed(start, start + 1, "expected a value" if start < len(text) else "the file ends here")
    word = found[0]
    if word in {"true", "false"}:
        return found.end()
    if NUMBER.fullmatch(word):
        if len(word) > LONGEST_NUMBER:
            raise Malformed(start, found.end(), f"a number of {len(word)} characters is out of range")
        return found.end()
    if DATE.fullmatch(word) and _real_date(word):
        return found.end()
    raise Malformed(start, found.end(), *_explain_word(word))


def key_end(text: str, start: int) -> int:
    """The end of one part of a key."""
    if text.startswith(('"', "'"), start):
        if text.startswith(('"""', "'''"), start):
            raise Malformed(start, start + 3, "a key cannot span lines")
        return string_end(text, start)
    found = BARE_KEY.match(text, start)
    if not found:
        raise Malformed(start, start + 1, "expected a key", hint="letters, digits, '_' and '-', or quotes around it")
    return found.end()


def key_text(raw: str) -> str:
    """What a part of a key says."""
    if raw.startswith('"') and "\\" in raw:
        return str(tomllib.loads(f"key = {raw}")["key"])
    return raw[1:-1] if raw.startswith(('"', "'")) else raw


def _real_date(word: str) -> bool:
    try:
        tomllib.loads(f"date = {word}")
    except ValueError:
        return False
    return True


def _explain_word(word: str) -> tuple[str]:
    shown = word if len(word) <= 40 else f"{word[:40]}..."
    if SHORT_TIME.fullmatch(word):
        return (f"{NEWER}: a time without seconds",)
    if DATE.fullmatch(word):
        return (f"{shown} is no date",)
    if word.lower() in {"true", "false"}:
        return (f"{shown} is not a value; write {word.lower()}",)
    if NUMBER.fullmatch(word.lstrip("+-0_") or "x"):
        return (f"{shown} is not a number; no zeros in front",)
    return (f'{shown} is not a value; quote it: "{shown}"',)


def _content_end(text: str, start: int, mark: str) -> int:
    found = CONTENT[mark].match(text, start)
    return found.end() if found else start


def _explain_string(text: str, at: int, *, opened: int) -> Malformed:
    rest = text[at : at + 10]
    if not rest or rest.startswith(("\n", "\r\n")):
        return Malformed(at, at + 1, f"string is not closed{OPENED}", opened=opened)
    if rest.startswith("\\"):
        newer = f"{NEWER}: " if re.match(r"\\(?:e|x[0-9A-Fa-f]{2})", rest) else ""
        return Malformed(
            at, at + 2, f"{newer}escape {rest[:2]} is unknown", hint="write two backslashes for one", opened=opened
        )
    return Malformed(at, at + 1, *control(rest[0]), opened=opened)


def control(character: str) -> tuple[str]:
    """What is said about a character that may not stand in the file."""
    if character == "\r":
        return ("a carriage return without a line feed",)
    return (f"character {named(character)} not allowed",)
