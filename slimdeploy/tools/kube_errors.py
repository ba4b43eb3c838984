"""What the API server's refusals mean: one function from an answer to an error of ours."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from slimdeploy.errors import ApiRejected, FieldConflict, NotAllowed, SlimdeployError, Unreachable

LATER = frozenset({429, 500, 502, 503, 504})
OUR_MISTAKE = "failed to create typed patch object"  # comes as a 500, and always will
OWNER = re.compile(r'conflict with "([^"]+)"')
WARNING = re.compile(r'\d{3} \S+ "((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True)
class Answer:
    """One HTTP answer of the API server."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @cached_property
    def document(self) -> dict[str, Any]:
        """The body as JSON; empty if it is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def message(self) -> str:
        """What a Status object says (metav1.Status), or the start of the body."""
        return str(
            self.document.get("message") or self.body[:200].decode("utf-8", "replace") or f"status {self.status}"
        )

    @property
    def causes(self) -> tuple[dict[str, str], ...]:
        """A Status object's causes, one a field; a proxy's own error may look otherwise."""
        details = self.document.get("details")
        found = details.get("causes") if isinstance(details, dict) else None
        return tuple(cause for cause in found if isinstance(cause, dict)) if isinstance(found, list) else ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """The texts of the Warning headers (RFC 7234, 5.5)."""
        return tuple(WARNING.findall(self.headers.get("Warning", "")))


def is_worth_another_try(answer: Answer) -> bool:
    """Whether the same request may succeed later: busy, restarting, or changed under our hands; never a conflict."""
    if answer.status == 409:
        return not is_conflict(answer)
    return answer.status in LATER and OUR_MISTAKE not in answer.message


def pause(answer: Answer | None, attempt: int) -> float:
    """Seconds to wait before the next attempt: what Retry-After asks for, up to 10, or 0.2, 0.4, 0.8 ..."""
    asked = answer.headers.get("Retry-After", "") if answer else ""
    return min(10.0, float(asked)) if asked.isdigit() else 0.1 * 2**attempt


def is_conflict(answer: Answer) -> bool:
    """Whether another field manager stands against it."""
    return any(cause.get("reason") == "FieldManagerConflict" for cause in answer.causes)


def explain(answer: Answer, what: str, server: str) -> SlimdeployError:
    """The error for an answer. `what` is the request in words: "apply deployment/hello"."""
    message = answer.message
    if answer.status == 401:
        return NotAllowed(
            f"{what}: {server} does not accept these credentials", details=(message,), hint="log in again"
        )
    if answer.status == 403 and "is forbidden: User" in message:
        return NotAllowed(f"{what}: not allowed", details=(message,), hint="ask for a Role that allows it")
    if is_conflict(answer):
        return _conflict(answer, what)
    if answer.status in LATER and OUR_MISTAKE not in message:
        return Unreachable(f"{what}: {server} answered {answer.status}", details=(message,))
    causes = tuple(f"{cause.get('field', '')}: {cause.get('message', '')}".lstrip(": ") for cause in answer.causes)
    return ApiRejected(f"{what}: the API server rejected it ({answer.status})", details=causes or (message,))


def _conflict(answer: Answer, what: str) -> FieldConflict:
    rows = []
    for cause in answer.causes:
        owner = OWNER.search(str(cause.get("message", "")))
        rows.append(f"{cause.get('field', '?')}  is managed by {owner[1] if owner else 'somebody else'}")
    return FieldConflict(
        f"{what}: somebody else manages fields that slim.toml sets",
        details=rows,
        hint="take the field out of slim.toml, or let its manager give it up; slimdeploy never takes it by force",
    )
