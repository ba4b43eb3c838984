"""What a person is told about a failed rollout: the next step, and the events that say something."""

from __future__ import annotations

import pytest

from slimdeploy.deploy.diagnosis import advice, event_lines


@pytest.mark.parametrize(
    ("seen", "advised"),
    [
        ("exec /hello: exec format error", "build.platforms"),
        ("exec /hello: no such file or directory", "the binary is dynamic"),
        ("x509: certificate signed by unknown authority", "image.ca"),
        ("exit code 137 (OOMKilled)", "deploy.resources.memory"),
        ("open /data/x: read-only file system", "only /tmp is writable"),
        ("listen tcp :80: bind: permission denied", "listen on 8080"),
        ("the image cannot be pulled: registry/x: not found", "in that registry"),
        ("the image cannot be pulled: pull access denied", "may not pull"),
        ("the image cannot be pulled: unexpected status 403 Forbidden", "may not pull"),
        ("is forbidden: exceeded quota: small", "more quota"),
        ("not ready after 4 s", "app.health"),
        ("something else", "slimdeploy logs"),
    ],
)
def test_advice(seen: str, advised: str) -> None:
    assert advised in advice(seen, [], [])
    assert advised in advice("", [seen], [])
    assert advised in advice("", [], ["first line", seen])


@pytest.mark.parametrize("line", ["table users not found", "open /x: permission denied", "GET /: 403 Forbidden"])
def test_what_the_program_says_is_not_about_its_image(line: str) -> None:
    assert "slimdeploy logs" in advice("the program ends again and again", [], [line])


def event(reason: str, message: str = "", kind: str = "Warning") -> dict[str, str]:
    return {"type": kind, "reason": reason, "message": message}


def test_events_are_the_last_three_warnings_each_once() -> None:
    seen = [event("A"), event("B", "x"), event("B", "x"), event("Pulled", kind="Normal"), event("C"), event("D")]
    assert event_lines(seen, probes=True) == ["B: x", "C: ", "D: "]


def test_what_follows_from_the_rest_is_left_out() -> None:
    seen = [event("BackOff"), event("MissingClusterDNS"), event("Unhealthy", "connection refused")]
    assert event_lines(seen, probes=True) == ["Unhealthy: connection refused"]
    assert event_lines(seen, probes=False) == []


def test_the_end_of_a_long_message_is_kept() -> None:
    (line,) = event_lines([event("Failed", "x" * 500 + " the cause")], probes=True)
    assert line.endswith("the cause")
    assert len(line) < 260
