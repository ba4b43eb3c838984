"""[app.secrets]: variables whose values slim.toml only says where to find. Never literal: git would keep them."""

from __future__ import annotations

from slimdeploy.config import fields
from slimdeploy.config.refusal import Refused
from slimdeploy.config.table import Table, key

SOURCES = ("from_env", "from_file", "existing")
EXPECTED = "expected one source: from_env, from_file or existing"


class SecretSource(Table):
    """Where one value comes from."""

    from_env: fields.VariableName | None = key(
        "The variable of this machine's environment that holds it.", default=None, example="DB_URL"
    )
    from_file: fields.Source | None = key(
        "The file of the project that holds it (keep it out of git).", default=None, example="secrets/db-url"
    )
    existing: fields.SecretKey | None = key(
        "A Secret that is in the namespace already, and the key in it.", default=None, example="hello-db/url"
    )
    trim: bool = key("Leave out line breaks at the end of the file.", default=False, example=True)
    allow_empty: bool = key("Take an empty value, too.", default=False, example=True)


def one_source(value: object) -> object:
    """Refuse a literal, none and several, without ever showing what is there."""
    if not isinstance(value, dict):
        raise Refused(EXPECTED, 'such as { from_env = "DB_URL" }', on_key=True, confidential=True)
    if "from_command" in value:
        raise Refused(
            "no command is run for a value", "put it into a variable first", at=("from_command",), on_key=True
        )
    given = [each for each in SOURCES if each in value]
    if len(given) > 1:
        raise Refused("one source only", at=(given[1],), on_key=True)
    if not given and not set(value) - {"trim", "allow_empty"}:
        raise Refused(EXPECTED, on_key=True)
    return value
