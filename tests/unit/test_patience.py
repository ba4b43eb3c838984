"""How long a server is asked again, and what its refusals mean."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from slimdeploy.tools import kube_patience
from slimdeploy.tools.kube_errors import Answer
from slimdeploy.tools.kube_patience import FIRST_SECONDS, LATER_SECONDS, Patience, is_worth_another_try, pause
from slimdeploy.tools.kube_words import certificate, clock, hint, later


class Clock:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock_of(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(kube_patience, "time", clock)
    return clock


def answer(status: int, **headers: str) -> Answer:
    return Answer(status, headers, b"{}")


@pytest.mark.parametrize(
    ("known", "given_answer", "least", "most"),
    [
        (False, None, FIRST_SECONDS / 2, FIRST_SECONDS),
        (True, None, LATER_SECONDS - 6, LATER_SECONDS),
        (False, answer(503), LATER_SECONDS - 6, LATER_SECONDS),
        (True, answer(429, **{"Retry-After": "7"}), LATER_SECONDS - 7, LATER_SECONDS),
        (True, answer(429, **{"Retry-After": "3600"}), 0, 0),
        (True, answer(409), 1, 10),
    ],
)
def test_seconds_until_it_gives_up(
    clock_of: Clock, known: bool, given_answer: Answer | None, *, least: float, most: float
) -> None:
    patience = Patience(known, began=0.0)
    while patience.again(given_answer):
        pass
    assert least <= clock_of.now <= most


def test_who_waits_for_two_seconds_is_told_once(clock_of: Clock) -> None:
    said: list[tuple[float, float]] = []
    patience = Patience(known=True, tell=lambda left: said.append((clock_of.now, left)), began=0.0)
    while patience.again(None):
        pass
    ((when, left),) = said
    assert 1 < when <= 2
    assert left == LATER_SECONDS - when
    conflicts = Patience(known=True, tell=lambda left: said.append((0, left)), began=clock_of.now)
    while conflicts.again(answer(409)):
        pass
    assert len(said) == 1, "who changes an object under our hands is not the server being away"


def test_told_to_stop_there_is_one_try() -> None:
    assert not Patience(known=True, left=False).again(None)


def test_pauses_grow_and_end() -> None:
    assert [pause(None, attempt) for attempt in (1, 2, 3)] == [0.2, 0.4, 0.8]
    assert pause(None, 1000) == 5.0
    assert pause(answer(429, **{"Retry-After": "2"}), 9) == 2.0
    assert pause(answer(429, **{"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}), 1) == 0.2


@pytest.mark.parametrize(("method", "again"), [("PATCH", True), ("DELETE", False), ("POST", False), ("PUT", False)])
def test_only_an_apply_is_repeated_when_the_object_changed(method: str, again: bool) -> None:
    assert is_worth_another_try(answer(409), method) is again


WORDS = [
    (
        'Deployment.apps "hello" is invalid: spec.selector: Invalid value: {}: field is immutable',
        "selector can never change",
    ),
    (
        'Service "x" is invalid: spec.clusterIPs[0]: Invalid value: []: may not change once set',
        "address of a Service stays",
    ),
    ('Job.batch "x" is invalid: spec.template: Invalid value: x: field is immutable', "pods of a Job"),
    ('Secret "x" is invalid: data: Forbidden: field is immutable when `immutable` is set', "made immutable"),
    ('X "x" is invalid: spec.other: Invalid value: 1: field is immutable', "can never change"),
    ('admission webhook "a.b" does not support dry run', "sideEffects"),
    ('admission webhook "a.b" denied the request: because', "(a.b)"),
    ("deployments.apps \"x\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no", "(p)"),
    ('services "x" is forbidden: exceeded quota: small, requested: services=1', "resourcequota small"),
    (
        'services "x" is forbidden: unable to create new content in namespace w because it is being terminated',
        "namespace is gone",
    ),
    ("etcdserver: request is too large", "1.5 MiB"),
    ("something that nobody has seen before", ""),
]


@pytest.mark.parametrize(("message", "said"), WORDS)
def test_refusals_in_words(message: str, said: str) -> None:
    assert said in hint(message)
    assert bool(said) == bool(hint(message))


def test_a_webhook_that_is_away_is_not_our_manifest() -> None:
    message = 'Internal error occurred: failed calling webhook "a.b": dial tcp: connection refused'
    assert "a.b does not answer: these manifests are not the cause" in later(message)
    assert later("busy") == ""


def test_two_clocks_that_differ_are_named() -> None:
    now = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
    assert clock("Wed, 25 Nov 2026 10:00:30 GMT", now) == ()
    assert "check the clock" in clock("Wed, 25 Nov 2026 11:00:00 GMT", now)[0]
    assert clock("nonsense", now) == clock("", now) == ()


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("certificate verify failed: certificate is not yet valid", "check the clock: this machine's says 2"),
        ("certificate verify failed: certificate has expired", "has to be renewed; this machine's clock says 2"),
        ("certificate verify failed: IP address mismatch, certificate is not valid for '1.2.3.4'", "other names"),
        ("certificate verify failed: self-signed certificate", "another CA"),
    ],
)
def test_certificates(reason: str, said: str) -> None:
    assert said in certificate(reason)


def test_a_missing_namespace_is_told_from_a_missing_kind() -> None:
    body = {"kind": "Status", "details": {"name": "x", "kind": "namespaces"}}
    assert Answer(404, {}, json.dumps(body).encode()).missing_kind == "namespaces"
    assert Answer(404, {}, b"404 page not found").missing_kind == ""
