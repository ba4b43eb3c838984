"""[profiles.NAME]: the same tables again, laid over the others. Tables merge by key, everything else replaces."""

from __future__ import annotations

from typing import Any

from slimdeploy.config.keys import PROFILES

CHOICES = {("app", "health")}  # a table where one key stands for all: { grpc = true } does not add to { http = "/" }
SECRETS = ("app", "secrets")  # each of them is a choice, too: one source
EXCLUSIVE: dict[tuple[str, ...], str] = {  # to choose one is to drop the other
    ("app", "port"): "ports",
    ("app", "ports"): "port",
    ("deploy", "replicas"): "autoscale",
    ("deploy", "autoscale"): "replicas",
}
MOST_PROFILES = 50

Document = dict[str, Any]


def merge(under: Document, over: Document, path: tuple[str, ...] = ()) -> Document:
    """A profile's tables over the others; neither is changed."""
    result = dict(under)
    for key, value in over.items():
        old, here = result.get(key), (*path, key)
        if isinstance(old, dict) and isinstance(value, dict) and here not in CHOICES and path != SECRETS:
            result[key] = merge(old, value, here)
        else:
            result[key] = value
        other = EXCLUSIVE.get(here)
        if other is not None and other not in over:
            result.pop(other, None)
    return result


def separate(document: Document) -> tuple[Document, Any]:
    """The document without its profiles, and the profiles."""
    rest = {key: value for key, value in document.items() if key != PROFILES}
    return rest, document.get(PROFILES, {})
