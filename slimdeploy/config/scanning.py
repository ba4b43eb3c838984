"""Goes once through a TOML 1.0 document and notes where its keys and values stand, and what is wrong.

tomllib reads the values. It stops at the first error, though, and speaks of grammar; and it nests without a limit.
"""

from __future__ import annotations

import re

from slimdeploy.config import lexing
from slimdeploy.config.lexing import NEWER, OPENED, Malformed
from slimdeploy.config.places import Fault, Places
from slimdeploy.config.refusal import KeyPath
from slimdeploy.config.structure import AlreadySet, Structure

BLANK = re.compile(r"[ \t]*")
BLANK_LINES = re.compile(rf"(?:[ \t]|\r?\n|#[^{lexing.NO_CONTROL}]*)*+")
END_OF_LINE = re.compile(rf"[ \t]*(?:#[^{lexing.NO_CONTROL}]*)?(?:\r?\n|\Z)")
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
DEEPEST = 20
MOST_ENTRIES = 10_000

Part = tuple[str, int, int]


def scan(text: str) -> Places:
    """Find every key and value. What is set twice is noted and passed over; a syntax error ends the search."""
    scanner = _Scanner(text)
    try:
        while scanner.statement():
            pass
    except Malformed as error:
        fault = Fault(error.start, error.end, error.message, error.hint, earlier=error.opened)
        scanner.places.faults.append(fault)
    return scanner.places


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.places = Places()
        self.structure = Structure()

    def statement(self) -> bool:
        """Pass a header or a key with its value. False at the end of the text."""
        self._skip(BLANK_LINES)
        if self.at == len(self.text):
            return False
        self._check_control()
        self._check_size(self.at)
        if self.text[self.at] == "[":
            self._header()
        else:
            self._pair(self.structure.table, depth=1)
        self._end_statement()
        return True

    def _header(self) -> None:
        start, array = self.at, self._ahead("[[")
        self.at += 2 if array else 1
        parts = self._key()
        self._expect("]]" if array else "]", opened=start)
        try:
            paths = self.structure.header(tuple(name for name, _, _ in parts), array=array)
        except AlreadySet as error:
            self.structure.table = self._note_twice(error, parts)
            return
        self._note_keys(paths, parts)
        self.places.values.setdefault(self.structure.table, parts[-1][1:])

    def _pair(self, table: KeyPath, depth: int) -> None:
        parts = self._key()
        self._expect("=")
        try:
            paths = self.structure.key(table, tuple(name for name, _, _ in parts))
            self._note_keys(paths, parts)
            path = paths[-1]
        except AlreadySet as error:
            path = self._note_twice(error, parts)
        self._value(path, depth + len(parts) - 1)

    def _key(self) -> list[Part]:
        parts: list[Part] = []
        while True:
            self._skip(BLANK)
            start, self.at = self.at, lexing.key_end(self.text, self.at)
            parts.append((lexing.key_text(self.text[start : self.at]), start, self.at))
            self._skip(BLANK)
            if not self._ahead("."):
                return parts
            self._check_depth(len(parts))
            self.at += 1

    def _value(self, path: KeyPath, depth: int) -> None:
        self._check_depth(depth)
        self._skip(BLANK)
        start = self.at
        if self._ahead("["):
            self._array(path, depth)
        elif self._ahead("{"):
            self._inline_table(path, depth)
        elif self._ahead('"') or self._ahead("'"):
            self.at = lexing.string_end(self.text, start)
        else:
            self._check_present()
            self.at = lexing.scalar_end(self.text, start)
        self.places.values[path] = (start, self.at)
        self._check_size(start)

    def _array(self, path: KeyPath, depth: int) -> None:
        opened, index = self.at, 0
        self.at += 1
        while not self._closes("]", BLANK_LINES, opened):
            if index:
                self._expect(",", opened=opened, choice=" or ']'")
                if self._closes("]", BLANK_LINES, opened):
                    return
            self._value((*path, index), depth + 1)
            index += 1

    def _inline_table(self, path: KeyPath, depth: int) -> None:
        opened, first = self.at, True
        self.at += 1
        while not self._closes("}", BLANK, opened):
            if not first:
                self._expect(",", opened=opened, choice=" or '}'")
                if self._closes("}", BLANK, opened):
                    raise Malformed(
                        self.at - 1, self.at, f"{lexing.NEWER}: a comma before '}}'", hint="remove the comma"
                    )
            self._pair(path, depth + 1)
            first = False

    def _closes(self, bracket: str, blank: re.Pattern[str], opened: int) -> bool:
        self._skip(blank)
        if self.at == len(self.text):
            raise Malformed(self.at, self.at + 1, f"expected '{bracket}'{OPENED}", opened=opened)
        self._check_control()
        if bracket == "}" and self.text[self.at] in "\r\n#":
            raise Malformed(self.at, self.at + 1, f"{NEWER}: a line break in an inline table", opened=opened)
        if not self._ahead(bracket):
            return False
        self.at += 1
        return True

    def _expect(self, mark: str, *, opened: int | None = None, choice: str = "") -> None:
        self._skip(BLANK)
        if not self._ahead(mark):
            where = OPENED if opened is not None else " after the key"
            raise Malformed(self.at, self.at + 1, f"expected '{mark}'{choice}{where}", opened=opened)
        self.at += len(mark)

    def _end_statement(self) -> None:
        if not END_OF_LINE.match(self.text, self.at):
            self._skip(BLANK)
            self._check_control()
            raise Malformed(self.at, self.at + 1, "expected the end of the line", hint="one key a line")

    def _check_present(self) -> None:
        if self.at == len(self.text) or self.text[self.at] in "\r\n#":
            raise Malformed(self.at, self.at + 1, "a value is missing")

    def _check_size(self, start: int) -> None:
        if max(len(self.places.values), len(self.places.keys)) > MOST_ENTRIES:
            raise Malformed(start, start + 1, f"more than {MOST_ENTRIES:,} keys or values")

    def _check_depth(self, depth: int) -> None:
        if depth > DEEPEST:
            raise Malformed(self.at, self.at + 1, f"nested deeper than {DEEPEST}")

    def _check_control(self) -> None:
        character = self.text[self.at : self.at + 1]
        if CONTROL.match(character) and not self._ahead("\r\n"):
            raise Malformed(self.at, self.at + 1, *lexing.control(character))

    def _note_keys(self, paths: list[KeyPath], parts: list[Part]) -> None:
        for path, (_, start, end) in zip(paths, parts, strict=True):
            self.places.keys.setdefault(path, (start, end))

    def _note_twice(self, error: AlreadySet, parts: list[Part]) -> KeyPath:
        _, start, end = parts[error.index]
        earlier = self.places.keys[error.path][0]
        message = "already set at {line}:{column}"
        self.places.faults.append(Fault(start, end, message, code="duplicate", path=error.path, earlier=earlier))
        return (-len(self.places.faults),)

    def _skip(self, blank: re.Pattern[str]) -> None:
        found = blank.match(self.text, self.at)
        self.at = found.end() if found else self.at

    def _ahead(self, mark: str) -> bool:
        return self.text.startswith(mark, self.at)
