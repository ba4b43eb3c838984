"""[[patch]]: what slim.toml has no key for, as JSON patch (RFC 6902) on a rendered object."""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import field_validator, model_validator

from slimdeploy.config import fields
from slimdeploy.config.refusal import Refused
from slimdeploy.config.table import Table, key


class Operation(Table):
    """One step of a patch."""

    op: Literal["add", "remove", "replace"] = key("What is done.", example="add")
    path: fields.Pointer = key("Where, as a JSON pointer.", example="/spec/template/spec/priorityClassName")
    value: Any = key("What is put there.", default=None, example="high")

    @field_validator("value")
    @classmethod
    def _json(cls, value: object) -> object:
        return _plain(value)

    @model_validator(mode="after")
    def _whole(self) -> Operation:
        if (self.op == "remove") == ("value" in self.model_fields_set):
            raise Refused("remove has no value" if self.op == "remove" else f"{self.op} needs a value", on_key=True)
        return self


class Patch(Table):
    """Changes of one object."""

    kind: fields.Kind = key("The kind of the object.", example="Deployment")
    name: fields.ObjectName | None = key(
        "Its name. Default: the app's; where a name ends in a hash, the only one.", default=None, example="hello-worker"
    )
    ops: Annotated[tuple[Operation, ...], fields.AS_TUPLE, fields.FEW] = key(
        "What is changed, in order.",
        example=[{"op": "add", "path": "/spec/template/spec/priorityClassName", "value": "high"}],
    )
    allow: Annotated[tuple[str, ...], fields.AS_TUPLE, fields.FEW] = key(
        "Fields that break Pod Security and are meant.", default=(), example=["hostNetwork"]
    )


def _plain(value: object) -> object:
    if isinstance(value, dict):
        return {each: _plain(inner) for each, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        raise Refused("not a number that JSON has")
    if not isinstance(value, (str, int, float)):
        raise Refused("a date or time is not possible here", "write it as a string")
    return value
