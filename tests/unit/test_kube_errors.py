"""What an answer of the API server means, and whether asking again can help."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slimdeploy.errors import ApiRejected, FieldConflict, NotAllowed, SlimdeployError, Unreachable
from slimdeploy.tools.kube_errors import Answer, explain
from slimdeploy.tools.kube_patience import is_worth_another_try

WHAT, SERVER = "apply deployment/hello", "https://prod:6443"


def answer(status: int, message: str = "", causes: list[dict[str, str]] | None = None, **headers: str) -> Answer:
    """A Status object as the API server sends it."""
    body = {"kind": "Status", "status": "Failure", "message": message, "details": {"causes": causes or []}}
    return Answer(status, headers, json.dumps(body).encode())


CONFLICT = answer(
    409,
    'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
    [
        {
            "reason": "FieldManagerConflict",
            "message": 'conflict with "kubectl" using apps/v1',
            "field": ".spec.replicas",
        },
        {"reason": "FieldManagerConflict", "message": "conflict", "field": ".spec.paused"},
    ],
)
MODIFIED = answer(409, 'Operation cannot be fulfilled on deployments.apps "hello": the object has been modified')
OUR_MISTAKE = answer(500, "failed to create typed patch object (web/hello; apps/v1, Kind=Deployment): .spec.replica")
HOOK_IS_DOWN = answer(500, 'Internal error occurred: failed calling webhook "x": connection refused')
HOOK_SAYS_NO = answer(403, 'admission webhook "policy" denied the request: no')
NO_RIGHT = answer(403, 'deployments.apps "hello" is forbidden: User "dev" cannot patch resource "deployments"')
QUOTA = answer(403, 'services "hello" is forbidden: exceeded quota: small')
INVALID = answer(422, "Deployment is invalid", [{"field": "spec.selector", "message": "field is immutable"}])
PROXY_PAGE = Answer(503, {}, b"<html>busy</html>")


@pytest.mark.parametrize(
    ("given_answer", "again"),
    [
        (CONFLICT, False),
        (MODIFIED, True),
        (OUR_MISTAKE, False),
        (answer(500, "etcdserver: request is too large"), False),
        (HOOK_IS_DOWN, True),
        (HOOK_SAYS_NO, False),
        (NO_RIGHT, False),
        (INVALID, False),
        (PROXY_PAGE, True),
        (answer(400), False),
        (answer(401), False),
        (answer(404), False),
        (answer(429), True),
        (answer(500), True),
        (answer(502), True),
        (answer(503), True),
        (answer(504), True),
    ],
)
def test_worth_another_try(given_answer: Answer, again: bool) -> None:
    assert is_worth_another_try(given_answer) is again


@pytest.mark.parametrize(
    ("given_answer", "error"),
    [
        (CONFLICT, FieldConflict),
        (MODIFIED, ApiRejected),
        (OUR_MISTAKE, ApiRejected),
        (HOOK_IS_DOWN, Unreachable),
        (HOOK_SAYS_NO, ApiRejected),
        (NO_RIGHT, NotAllowed),
        (QUOTA, ApiRejected),
        (INVALID, ApiRejected),
        (PROXY_PAGE, Unreachable),
        (answer(401, "Unauthorized"), NotAllowed),
        (answer(429, "later"), Unreachable),
    ],
)
def test_error(given_answer: Answer, error: type[SlimdeployError]) -> None:
    raised = explain(given_answer, WHAT, SERVER)
    assert isinstance(raised, error)
    assert raised.what.startswith(WHAT)


def test_a_conflict_names_field_and_owner() -> None:
    assert explain(CONFLICT, WHAT, SERVER).details == (
        ".spec.replicas  is managed by kubectl",
        ".spec.paused  is managed by somebody else",
    )


def test_a_refusal_names_the_field() -> None:
    assert explain(INVALID, WHAT, SERVER).details == ("spec.selector: field is immutable",)


def test_a_refusal_without_causes_shows_the_message() -> None:
    (detail,) = explain(HOOK_SAYS_NO, WHAT, SERVER).details
    assert 'webhook "policy" denied' in detail


def test_a_page_of_a_proxy_is_shown_as_it_is() -> None:
    assert explain(PROXY_PAGE, WHAT, SERVER).details == ("<html>busy</html>",)


@pytest.mark.parametrize(
    ("header", "warnings"),
    [
        ("", ()),
        ('299 - "would violate PodSecurity"', ("would violate PodSecurity",)),
        ('299 - "one", 299 kube "two, and \\"more\\""', ("one", 'two, and \\"more\\"')),
    ],
)
def test_warnings(header: str, warnings: tuple[str, ...]) -> None:
    assert answer(200, Warning=header).warnings == warnings


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["message", "details", "causes", "field"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.sampled_from([400, 401, 403, 404, 409, 422, 429, 500, 503]), JSON)
def test_whatever_a_proxy_answers_is_explained(status: int, body: Any) -> None:
    strange = Answer(status, {}, json.dumps(body).encode())
    is_worth_another_try(strange)
    assert isinstance(explain(strange, WHAT, SERVER), SlimdeployError)


@given(st.binary(max_size=50))
def test_bytes_that_are_no_json_are_explained(body: bytes) -> None:
    assert isinstance(explain(Answer(502, {}, body), WHAT, SERVER), Unreachable)
