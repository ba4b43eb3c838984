"""app.health in its three spellings: a path, { http = "/path" }, { tcp = true } or { grpc = true }."""

from __future__ import annotations

import re

from slimdeploy.config.near import did_you_mean
from slimdeploy.config.refusal import Refused, visible

KINDS = ("http", "tcp", "grpc")
EXPECTED = 'expected a path such as "/healthz", { tcp = true } or { grpc = true }'
IMPOSSIBLE = {
    "exec": Refused("a scratch image has no shell; use http, grpc or tcp", at=("exec",), on_key=True),
    "command": Refused("a scratch image has no shell; use http, grpc or tcp", at=("command",), on_key=True),
    "host": Refused("not allowed by Pod Security baseline", "the pod itself is asked", at=("host",), on_key=True),
}


def http_path(path: str) -> str:
    """What stands after GET in the probe's request."""
    visible(path)
    if not re.fullmatch(r"/(?!/)[\x21-\x7e]*", path):
        raise Refused("must start with one '/', and have no spaces or control characters", 'such as "/healthz"')
    return path


def spelled(value: object) -> object:
    """The three spellings -> {kind, path}."""
    if isinstance(value, str):
        return {"kind": "http", "path": http_path(value)}
    if isinstance(value, dict):
        return _table(value)
    if isinstance(value, (bool, int, float, list)):
        raise Refused(EXPECTED)
    return value


def _table(table: dict[str, object]) -> dict[str, object]:
    for key in table:
        if key not in KINDS:
            raise IMPOSSIBLE.get(key) or Refused(f"unknown key{did_you_mean(key, KINDS)}", at=(key,), on_key=True)
    if len(table) != 1:
        raise Refused("choose one of http, tcp and grpc", at=tuple(table)[1:2], on_key=bool(table))
    ((kind, value),) = table.items()
    if kind == "http":
        return {"kind": kind, "path": _path(value)}
    if value is not True:
        raise Refused("expected true", "leave health out for a tcp check", at=(kind,))
    return {"kind": kind}


def _path(value: object) -> str:
    if not isinstance(value, str):
        raise Refused("expected a path", 'such as "/healthz"', at=("http",))
    try:
        return http_path(value)
    except Refused as refused:
        raise Refused(refused.message, refused.hint, at=("http",)) from None
