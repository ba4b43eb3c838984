"""app.health in its spellings: a path, { http = "/path" }, { tcp = true }, { grpc = true }, or a table a probe."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import model_serializer

from slimdeploy.config.near import did_you_mean
from slimdeploy.config.refusal import Key, Refused, visible
from slimdeploy.config.rules import parse_duration
from slimdeploy.config.table import Strict, key

KINDS = ("http", "tcp", "grpc")
PROBES = ("readiness", "liveness", "startup")
TIMES = ("period", "timeout", "failure_threshold")
EXPECTED = 'expected a path such as "/healthz", { tcp = true } or { grpc = true }'
MOST_FAILURES = 1000
IMPOSSIBLE = {
    "exec": ("a scratch image has no shell; use http, grpc or tcp", ""),
    "command": ("a scratch image has no shell; use http, grpc or tcp", ""),
    "host": ("not allowed by Pod Security baseline", "the pod itself is asked"),
}


class Probe(Strict):
    """One way to ask. `path` belongs to http; seconds, None is our default."""

    kind: Literal["http", "tcp", "grpc"] = key("How the app is asked.", default="tcp", example="http")
    path: str | None = key("What is asked for by http.", default=None, example="/healthz")
    period: int | None = key("Seconds between two questions.", default=None, example=5)
    timeout: int | None = key("Seconds until it counts as failed.", default=None, example=2)
    failure_threshold: int | None = key("How many failures in a row count.", default=None, example=3)


class Health(Probe):
    """How to see that the app serves; and, where that is asked otherwise, that it lives and that it has started."""

    liveness: Probe | None = key("Whether it has to be restarted.", default=None, example={})
    startup: Probe | None = key("Whether it has started.", default=None, example={})

    @model_serializer
    def _spelled(self) -> dict[str, str | bool]:
        return {self.kind: self.path or True}


def http_path(path: str) -> str:
    """What stands after GET in the probe's request."""
    visible(path)
    if not re.fullmatch(r"/(?!/)[\x21-\x7e]*", path):
        raise Refused("must start with one '/', and have no spaces or control characters", 'such as "/healthz"')
    return path


def spelled(value: object) -> object:
    """The spellings -> {kind, path, ..., liveness, startup}."""
    if isinstance(value, dict) and set(value) & set(PROBES):
        return _tables(value)
    return _probe(value, (), KINDS)


def _tables(table: dict[str, object]) -> dict[str, object]:
    found: dict[str, dict[str, object]] = {}
    for name, value in table.items():
        if name not in PROBES:
            raise Refused(f"unknown key{did_you_mean(name, PROBES)}", at=(name,), on_key=True)
        probe = _probe(value, (name,), (*KINDS, *TIMES))
        if not isinstance(probe, dict):
            raise Refused(EXPECTED, at=(name,))
        found[name] = probe
    ready, alive = found.get("readiness", {}), found.get("liveness", {})
    if ready.get("kind") == "http" and alive.get("path") == ready["path"]:
        reason = "a slow dependency would restart every pod: ask for another path, or leave it out"
        raise Refused("the same as readiness", reason, at=("liveness",), on_key=True)
    return {**ready, **{name: found[name] for name in ("liveness", "startup") if name in found}}


def _probe(value: object, at: tuple[Key, ...], known: tuple[str, ...]) -> object:
    if isinstance(value, str):
        return {"kind": "http", "path": _path(value, at)}
    if isinstance(value, dict):
        return _table(value, at, known)
    if isinstance(value, (bool, int, float, list)):
        raise Refused(EXPECTED, at=at)
    return value


def _table(table: dict[str, object], at: tuple[Key, ...], known: tuple[str, ...]) -> dict[str, object]:
    for name in table:
        if name not in known:
            message, hint = IMPOSSIBLE.get(name, (f"unknown key{did_you_mean(name, known)}", ""))
            raise Refused(message, hint, at=(*at, name), on_key=True)
    ways = [name for name in table if name in KINDS]
    if len(ways) != 1 and (not at or ways):
        raise Refused("choose one of http, tcp and grpc", at=(*at, *ways[1:2]), on_key=bool(table))
    times = {name: _time(name, value, (*at, name)) for name, value in table.items() if name in TIMES}
    kind = ways[0] if ways else "tcp"
    if kind == "http":
        if not isinstance(table[kind], str):
            raise Refused("expected a path", 'such as "/healthz"', at=(*at, kind))
        return {"kind": kind, "path": _path(str(table[kind]), (*at, kind)), **times}
    if table.get(kind, True) is not True:
        raise Refused("expected true", "leave health out for a tcp check", at=(*at, kind))
    return {"kind": kind, **times}


def _time(name: str, value: object, at: tuple[Key, ...]) -> int:
    if name == "failure_threshold":
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_FAILURES:
            raise Refused(f"expected an integer from 1 to {MOST_FAILURES}", at=at)
        return value
    if not isinstance(value, str):
        raise Refused("expected a duration", 'such as "5s"', at=at)
    try:
        seconds = parse_duration(value)
    except Refused as refused:
        raise Refused(refused.message, refused.hint, at=at) from None
    if not seconds.is_integer():
        raise Refused("whole seconds only", at=at)
    return int(seconds)


def _path(value: str, at: tuple[Key, ...]) -> str:
    try:
        return http_path(value)
    except Refused as refused:
        raise Refused(refused.message, refused.hint, at=at) from None
