"""What the API server's refusals mean: one function from an answer to an error of ours."""

from __future__ import annotations

import json
import re
from typing import Any

from slimdeploy.errors import ApiRejected, FieldConflict, NotAllowed, SlimdeployError, Unreachable

AGAIN = frozenset({429, 500, 502, 503, 504})
MANAGER = re.compile(r'conflict with "([^"]+)"')


def explain(error: Any, what: str, server: str) -> SlimdeployError:  # noqa: ANN401 - an ApiException, which has no types
    """The error for an ApiException. `what` is the request in words: "apply deployment/hello"."""
    status = _status(error.body)
    message = str(status.get("message") or error.reason)
    if error.status == 401:
        return NotAllowed(f"{what}: {server} does not accept these credentials", details=(message,), hint="log in again")
    if error.status == 403 and "is forbidden: User" in message:
        return NotAllowed(f"{what}: not allowed", details=(message,), hint="ask for a Role that allows it")
    if error.status == 409 and _is_conflict(status):
        return _conflict(status, what)
    if not error.status or (error.status >= 500 and "failed to create typed patch object" not in message):
        return Unreachable(f"{what}: {server} answered {error.status}", details=(message,))
    return ApiRejected(f"{what}: the API server rejected it ({error.status})", details=_causes(status) or (message,))


def _status(body: Any) -> dict[str, Any]:  # noqa: ANN401
    try:
        found = json.loads(body)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _is_conflict(status: dict[str, Any]) -> bool:
    causes = (status.get("details") or {}).get("causes") or ()
    return any(cause.get("reason") == "FieldManagerConflict" for cause in causes)


def _causes(status: dict[str, Any]) -> tuple[str, ...]:
    causes = (status.get("details") or {}).get("causes") or ()
    return tuple(f"{cause.get('field', '')}: {cause.get('message', '')}".lstrip(": ") for cause in causes)


def _conflict(status: dict[str, Any], what: str) -> FieldConflict:
    rows = []
    for cause in status["details"]["causes"]:
        owner = MANAGER.search(cause.get("message", ""))
        rows.append(f"{cause.get('field', '?')}  is managed by {owner[1] if owner else 'somebody else'}")
    return FieldConflict(
        f"{what}: somebody else manages fields that slim.toml sets",
        details=rows,
        hint="take the field out of slim.toml, or let its manager give it up; slimdeploy never takes it by force",
    )
