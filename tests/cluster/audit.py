"""What the API server was asked to change, read from its audit log: the proof that an unchanged run writes nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

MUTATING = frozenset({"create", "update", "patch", "delete", "deletecollection"})
# Created, but only asked: nothing is stored.
QUESTIONS = frozenset(
    {
        "localsubjectaccessreviews",
        "selfsubjectaccessreviews",
        "selfsubjectreviews",
        "selfsubjectrulesreviews",
        "subjectaccessreviews",
        "tokenreviews",
    }
)


@dataclass(frozen=True)
class AuditEvent:
    """One answered request."""

    verb: str
    resource: str
    namespace: str
    name: str
    uri: str
    user: str
    user_agent: str
    code: int

    @property
    def dry_run(self) -> bool:
        return "dryRun" in parse_qs(urlsplit(self.uri).query)

    @property
    def is_mutating(self) -> bool:
        return self.verb in MUTATING and not self.dry_run and self.resource not in QUESTIONS


@dataclass(frozen=True)
class AuditLog:
    """The log from a point on; the server writes a request down before it answers, so there is nothing to wait for."""

    path: Path
    offset: int = 0

    def mark(self) -> AuditLog:
        """The same log from now on."""
        return replace(self, offset=self.path.stat().st_size)

    def events(self, user_agent: str = "") -> list[AuditEvent]:
        """Every request whose user agent begins so."""
        with self.path.open("rb") as log:
            log.seek(self.offset)
            complete = log.read().rpartition(b"\n")[0]
        events = [_event(json.loads(line)) for line in complete.splitlines()]
        return [event for event in events if event.user_agent.startswith(user_agent)]

    def mutating(self, user_agent: str = "slimdeploy", namespace: str = "") -> list[AuditEvent]:
        """The requests that changed something (in one namespace), or tried to: refused ones have their code."""
        events = (event for event in self.events(user_agent) if event.is_mutating)
        return [event for event in events if namespace in {"", event.namespace}]


def _event(line: dict[str, Any]) -> AuditEvent:
    target = line.get("objectRef", {})
    resource = "/".join(filter(None, (target.get("resource", ""), target.get("subresource", ""))))
    return AuditEvent(
        verb=line["verb"],
        resource=resource,
        namespace=target.get("namespace", ""),
        name=target.get("name", ""),
        uri=line["requestURI"],
        user=line.get("user", {}).get("username", ""),
        user_agent=line.get("userAgent", ""),
        code=line.get("responseStatus", {}).get("code", 0),
    )
