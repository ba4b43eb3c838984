"""What pydantic reports -> what a person reads.

pydantic's own texts speak of its types ("Input should be a valid tuple") and `str(ValidationError)` shows the rejected
value, even of a key that holds a password. So every kind of error that the model can produce has its words here.
"""

from __future__ import annotations

import json
import re
from datetime import date, time
from typing import Any

from pydantic_core import ErrorDetails

from slimdeploy.config.bounds import OUT_OF_BOUNDS
from slimdeploy.config.confidential import hidden_name, secret_shape
from slimdeploy.config.keys import field_at, unknown
from slimdeploy.config.near import did_you_mean
from slimdeploy.config.refusal import KeyPath, Refused
from slimdeploy.records import frozen

KEY_MARK = "[key]"  # pydantic ends the location with it when a key of a mapping is wrong
EXPECTED = {
    "string_type": "a string",
    "bool_type": "true or false",
    "tuple_type": "a list",
    "dict_type": "a table",
    "mapping_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
}
NOUNS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (bool, "a boolean"),
    (int, "an integer"),
    (float, "a float"),
    (str, "a string"),
    (list, "a list"),
    (dict, "a table"),
    ((date, time), "a date or time"),
)
UNSUPPORTED = ("move", "copy", "test")  # JSON patch has them, [[patch]] has not: "remove" is not what was meant
LONGEST_SHOWN = 40


@frozen
class Words:
    """One problem in words, and which part of the value it is about."""

    code: str
    message: str
    hint: str = ""
    at: KeyPath = ()
    on_key: bool = False
    earlier: KeyPath | None = None
    confidential: bool = False


def words(error: ErrorDetails, path: KeyPath, raw: str) -> Words:
    """Words for an error at a key path, whose value is written `raw` in the file."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    refused = context.get("error")
    if isinstance(refused, Refused):
        return _refused(refused)
    if kind == "extra_forbidden":
        return Words("unknown-key", *unknown(path, table=isinstance(value, dict)), on_key=True)
    if kind == "missing":
        return Words("missing", "is needed", _example(path), on_key=True)
    if kind == "too_long":
        return Words("range", f"at most {context['max_length']} entries")
    return _mistyped(kind, value, context, _Written(path, raw))


@frozen
class _Written:
    path: KeyPath
    raw: str

    @property
    def hidden(self) -> bool:
        return any(hidden_name(str(part)) for part in self.path) or secret_shape(self.raw)

    @property
    def free(self) -> bool:
        """Whether any text may stand here, so that quotes are all that is missing."""
        return self.path[:2] in {("app", "env"), ("app", "args")}

    def shown(self) -> str:
        printable = self.raw.isprintable() and len(self.raw) <= LONGEST_SHOWN
        return self.raw if printable and not self.hidden else ""


def _refused(refused: Refused) -> Words:
    return Words(
        "refused",
        refused.message,
        refused.hint,
        refused.at,
        on_key=refused.on_key,
        earlier=refused.earlier,
        confidential=refused.confidential,
    )


def _mistyped(kind: str, value: object, context: dict[str, Any], written: _Written) -> Words:
    if kind == OUT_OF_BOUNDS:
        expected = f"an integer from {context['low']} to {context['high']}"
        return Words(
            "type", f"expected {expected}, got {_got(value, written, number=True)}", _integer_hint(value, written)
        )
    if kind == "literal_error":
        expected = context["expected"].replace("'", '"')
        known = expected.split('"')[1::2]
        question = did_you_mean(value, known) if isinstance(value, str) and value not in UNSUPPORTED else ""
        return Words("type", f"expected {expected}, got {_got(value, written)}{question}")
    expected = EXPECTED.get(kind, "another value")
    return Words("type", f"expected {expected}, got {_got(value, written)}", _hint(kind, value, written))


def _got(value: object, written: _Written, *, number: bool = False) -> str:
    noun = next((noun for types, noun in NOUNS if isinstance(value, types)), "something else")
    shown = written.shown()
    if isinstance(value, str):
        return f"the string {shown}" if shown.startswith('"') else noun
    exact = number and shown and isinstance(value, (int, float))
    return shown if exact else noun


def _integer_hint(value: object, written: _Written) -> str:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < LONGEST_SHOWN:
        return "remove the quotes"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return f"write {int(value)}"
    return "" if isinstance(value, int) and not isinstance(value, bool) else _example(written.path)


def _hint(kind: str, value: object, written: _Written) -> str:
    if kind == "string_type" and written.free and not isinstance(value, (list, dict)) and written.shown():
        return f'quote it: "{written.shown()}"'
    if kind == "bool_type" and value in ("true", "false"):
        return "remove the quotes"
    if kind == "tuple_type" and isinstance(value, str) and written.shown():
        return f"write [{written.shown()}]"
    if kind == "model_type" and written.path and isinstance(written.path[-1], str):
        return f"write [{'.'.join(str(part) for part in written.path)}]"
    return _example(written.path)


def _example(path: KeyPath) -> str:
    field = field_at(path)
    examples: list[Any] = field.examples or [] if field else []
    wanted = examples[:1] if not isinstance(path[-1], int) else [each[0] for each in examples[:1] if each]
    return f"such as {toml(wanted[0])}" if wanted and wanted[0] != {} else ""


def toml(value: object) -> str:
    """A value on one line, as slim.toml spells it."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {toml(each)}' for key, each in value.items())} }}" if value else "{}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(toml(each) for each in value)}]"
    return json.dumps(value, ensure_ascii=False)


def _key(name: str) -> str:
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name, ensure_ascii=False)
