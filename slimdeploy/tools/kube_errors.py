"""What the API server's refusals mean: one function from an answer to an error of ours.

What can be said beyond the server's own words is in kube_words.py; whether to ask again, in kube_patience.py.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

from slimdeploy.errors import ApiRejected, FieldConflict, NotAllowed, SlimdeployError, Unreachable
from slimdeploy.records import frozen
from slimdeploy.tools import kube_words

LATER = frozenset({429, 500, 502, 503, 504})
OUR_MISTAKE = "failed to create typed patch object"
OURS = (OUR_MISTAKE, "etcdserver: request is too large")
"""These come as a 500, and always will."""
UNTYPED = re.compile(r"(?m)\.([^\s:]\S*): (field not declared in schema|expected .*)$")
OF_OBJECT = re.compile(r"\([^()/;]*/([^()/;]*); [^()]*Kind=(\w+)\)")
OWNER = re.compile(r'conflict with "([^"]+)"(?: with subresource "([^"]+)")?( using )?')
WARNING = re.compile(r'\d{3} \S+ "((?:[^"\\]|\\.)*)"')
DOUBLED = re.compile(r"[^\"]* is invalid: ")


@frozen
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
    def missing_kind(self) -> str:
        """The plural of what a 404 says is not there: "namespaces"; empty for an unknown path."""
        details = self.document.get("details")
        return str(details.get("kind", "")) if isinstance(details, dict) else ""

    @property
    def warnings(self) -> tuple[str, ...]:
        """The texts of the Warning headers (RFC 7234, 5.5)."""
        return tuple(WARNING.findall(self.headers.get("Warning", "")))


@frozen
class Conflict:
    """A field that somebody else manages, in the server's notation: .spec.ports[port=80,protocol="TCP"].name."""

    field: str
    owner: str
    subresource: str = ""
    update: bool = False
    """Whether it was written otherwise than by server-side apply, so that nobody will ever leave it out."""


class Conflicted(FieldConflict):
    """A FieldConflict with its fields."""

    def __init__(self, what: str, conflicts: Sequence[Conflict], *, hint: str) -> None:
        super().__init__(what, details=[f"{each.field}  is managed by {each.owner}" for each in conflicts], hint=hint)
        self.conflicts = tuple(conflicts)


ROLE = "ask for a Role that allows it: slimdeploy config rbac prints it (--operate: port-forward and debug, too)"


class Forbidden(NotAllowed):
    """Known, but without the right to do this (403)."""


class Invalid(ApiRejected):
    """Single fields are wrong: `causes` is (field, message) each."""

    def __init__(self, what: str, causes: Sequence[tuple[str, str]], *, hint: str) -> None:
        super().__init__(what, details=[f"{field}: {said}".lstrip(": ") for field, said in causes], hint=hint)
        self.causes = tuple(causes)


@frozen
class UntypedField:
    """A field of one object that the server's schema of its kind does not have, or has as something else."""

    kind: str
    name: str
    field: str
    said: str
    """In words."""


class Untyped(ApiRejected):
    """Fields that the server's schema does not have, or not so."""

    def __init__(self, what: str, fields: Sequence[UntypedField], *, details: Sequence[str] = ()) -> None:
        super().__init__(what, details=details or [each.said for each in fields])
        self.fields = tuple(fields)


class NamespaceMissing(ApiRejected):
    """The namespace does not exist."""


def is_conflict(answer: Answer) -> bool:
    """Whether another field manager stands against it."""
    return any(cause.get("reason") == "FieldManagerConflict" for cause in answer.causes)


def is_later(answer: Answer) -> bool:
    """Whether the server is busy or restarting."""
    return answer.status in LATER and not any(each in answer.message for each in OURS)


def explain(answer: Answer, what: str, server: str) -> SlimdeployError:
    """The error for an answer. `what` is the request in words: "apply deployment/hello"."""
    message = answer.message
    if answer.status == 401:
        return NotAllowed(
            f"{what}: {server} does not accept these credentials",
            details=(message, *kube_words.clock(answer.headers.get("Date", ""))),
            hint="log in again",
        )
    if answer.status == 403 and "is forbidden: User" in message:
        return Forbidden(
            f"{what}: not allowed",
            details=(message,),
            hint=ROLE,
        )
    if is_conflict(answer):
        return _conflict(answer, what)
    if is_later(answer):
        return Unreachable(
            f"{what}: {server} answered {answer.status}", details=(message,), hint=kube_words.later(message)
        )
    return _rejected(answer, what)


def _rejected(answer: Answer, what: str) -> ApiRejected:
    message = answer.message
    if OUR_MISTAKE in message and (found := UNTYPED.findall(message)):
        named = OF_OBJECT.search(message)
        name, kind = named.groups() if named else ("", "object of this kind")
        fields = [UntypedField(kind, name, field, _words(kind, field, said)) for field, said in found]
        return Untyped(f"{what}: the API server rejected it", fields)
    rejected, hint = f"{what}: the API server rejected it ({answer.status})", kube_words.hint(message)
    causes = [(str(cause.get("field", "")), str(cause.get("message", ""))) for cause in answer.causes]
    if causes and all(field for field, _ in causes):
        return Invalid(rejected, causes, hint=hint)
    return ApiRejected(rejected, details=(DOUBLED.sub("", message),), hint=hint)


def _words(kind: str, field: str, said: str) -> str:
    unknown = said.startswith("field not declared")
    return f"Kubernetes knows no {field} in a {kind}" if unknown else f"{field} of a {kind}: {said}"


def _conflict(answer: Answer, what: str) -> FieldConflict:
    found = []
    for cause in answer.causes:
        owner = OWNER.search(str(cause.get("message", "")))
        name, subresource, update = (
            (owner[1], owner[2] or "", bool(owner[3])) if owner else ("somebody else", "", False)
        )
        found.append(Conflict(str(cause.get("field", "?")), name, subresource, update))
    return Conflicted(
        f"{what}: somebody else manages fields that slim.toml sets", found, hint="--force-conflicts takes them"
    )
