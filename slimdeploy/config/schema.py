"""slim.toml as a JSON schema, for editors that know what a key means (taplo, Even Better TOML).

The reader knows more than a schema can say; what a schema refuses, the reader must refuse, too.
"""

from __future__ import annotations

from typing import Any

from slimdeploy.config.keys import PROFILES
from slimdeploy.config.model import Config

NAME = ".slim.schema.json"
DIRECTIVE = f"#:schema ./{NAME}"
OVERLAY = "Overlay"


def schema() -> dict[str, Any]:
    """The schema of the model, with profiles: the same tables again, of which nothing is needed."""
    made = Config.model_json_schema()
    for each in made["$defs"].values():
        _any_spelling(each.get("properties", {}))
    definitions = made["$defs"] | {f"{name}{OVERLAY}": _optional(each) for name, each in made["$defs"].items()}
    tables = {"type": "object", "additionalProperties": False, "properties": _optional(made["properties"])}
    profiles = {
        "description": "Named tables that are laid over the others: slimdeploy up --profile NAME.",
        "type": "object",
        "additionalProperties": tables,
    }
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "slim.toml"}
    return made | head | {"$defs": definitions, "properties": made["properties"] | {PROFILES: profiles}}


def _any_spelling(properties: dict[str, Any]) -> None:
    """Health is written in many ways, which the model's own form does not show."""
    if "health" in properties:
        kept = {key: value for key, value in properties["health"].items() if key in {"description", "examples"}}
        properties["health"] = kept | {"type": ["string", "object"]}


def _optional(part: Any) -> Any:  # noqa: ANN401 - JSON
    """The same without `required`, referring to what is optional, too."""
    if isinstance(part, list):
        return [_optional(each) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: value for key, value in part.items() if not (key == "required" and isinstance(value, list))}
    return {key: f"{value}{OVERLAY}" if key == "$ref" else _optional(value) for key, value in kept.items()}
