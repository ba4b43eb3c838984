"""Values of secrets that we know are taken out of what a program said, where that is read and before it is cut.

A program that panics with its DSN would put it into our error, into the history, which whoever may `view` reads, and
into the log of a timer. Shorter values stay: "1" would take every digit away.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus, unquote, urlsplit

SHOWN = "(secret)"
LEAST = 4
"""Characters."""


class Hidden:
    """Takes these values out of a text, in each form in which they are usually printed."""

    def __init__(self, values: Iterable[str] = ()) -> None:
        self.values = frozenset(values)
        forms = {form for value in self.values for part in _parts(value) for form in _forms(part) if len(form) >= LEAST}
        longest_first = sorted(forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, longest_first))) if forms else None

    def __call__(self, text: str) -> str:
        """The text without them."""
        return self._pattern.sub(SHOWN, text) if self._pattern else text

    def messages(self, document: Any) -> Any:  # noqa: ANN401 - any JSON
        """A document of the API without them, in the texts meant for people."""
        if not self._pattern:
            return document
        if isinstance(document, Mapping):
            return {key: self._message(key, each) for key, each in document.items()}
        return [self.messages(each) for each in document] if isinstance(document, list) else document

    def _message(self, key: str, value: object) -> object:
        return self(value) if key == "message" and isinstance(value, str) else self.messages(value)


def _parts(value: str) -> Iterator[str]:
    """A value, its lines, and the password in an address: drivers print that one by itself."""
    yield value
    yield from (line.strip() for line in value.splitlines())
    try:
        password = urlsplit(value.strip()).password or ""
    except ValueError:
        return
    yield from (password, unquote(password))


def _forms(text: str) -> Iterator[str]:
    """As it is, quoted as Go's %q and JSON do, in an address, in base64."""
    data = text.encode(errors="surrogateescape")
    yield from (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1])
    yield from (quote(data, safe=""), quote_plus(data))
    for code in (base64.b64encode, base64.urlsafe_b64encode):
        padded = code(data).decode()
        yield from (padded, padded.rstrip("="))
