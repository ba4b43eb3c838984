"""The pure half of delivery: which logins count, what a registry's words mean, and how long is waited."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from slimdeploy.errors import NotAllowed, PushFailed, SlimdeployError, Unreachable
from slimdeploy.tools.command import ToolFailed, ToolTimeout
from slimdeploy.tools.credentials import Access, auth_files, match
from slimdeploy.tools.persistence import pause_after
from slimdeploy.tools.registry_errors import explain, reason_for, said

REPOSITORY = "registry.example.com/team/hello"
HOST = "registry.example.com"
NOBODY = Access(looked=("/a", "/b"))


def login(user: str) -> dict[str, str]:
    return {"auth": base64.b64encode(f"{user}:secret".encode()).decode()}


def failed(text: str) -> ToolFailed:
    return ToolFailed("skopeo", 1, ("Copying blob", f'time="2026" level=fatal msg="{text}"'))


@pytest.mark.parametrize(
    ("environment", "first"),
    [
        ({}, "/run/containers/7/auth.json"),
        ({"XDG_RUNTIME_DIR": "/run/user/7"}, "/run/user/7/containers/auth.json"),
        ({"XDG_RUNTIME_DIR": "/run/user/7", "DOCKER_CONFIG": "/d"}, "/d/config.json"),
        ({"DOCKER_CONFIG": "/d", "REGISTRY_AUTH_FILE": "/own.json"}, "/own.json"),
    ],
)
def test_the_first_file(environment: dict[str, str], first: str) -> None:
    assert auth_files({"HOME": "/home/a", **environment}, 7)[0] == Path(first)


def test_the_further_files() -> None:
    further = (Path("/home/a/.config/containers/auth.json"), Path("/home/a/.docker/config.json"))
    assert auth_files({"HOME": "/home/a"}, 0)[1:] == further


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ({}, None),
        ({"auths": None}, None),
        ({"auths": {"other.example.com": login("a")}}, None),
        ({"auths": {HOST: {}}}, None),
        ({"auths": {HOST: {"auth": "%%%"}}}, None),
        ({"auths": {HOST: login("a")}}, Access("a", "f")),
        ({"auths": {f"https://{HOST}/v2/": login("a")}}, Access("a", "f")),
        ({"auths": {HOST: login("a"), f"{HOST}/team": login("b")}}, Access("b", "f")),
        ({"auths": {HOST: login("a"), f"{HOST}/tea": login("b")}}, Access("a", "f")),
        ({"auths": {HOST: {"identitytoken": "x"}}}, Access("a token", "f")),
        ({"auths": {HOST: login("a")}, "credHelpers": {HOST: "ecr"}}, Access("", "f", "docker-credential-ecr")),
    ],
)
def test_which_login_counts(document: dict[str, object], found: Access | None) -> None:
    assert match(REPOSITORY, document, "f") == found


def test_no_secret_is_kept() -> None:
    assert "secret" not in repr(match(REPOSITORY, {"auths": {HOST: login("a")}}, "f"))


@pytest.mark.parametrize(
    ("text", "kind", "what"),
    [
        ("denied: requested access to the resource is denied", NotAllowed, "nobody may not push to team/hello"),
        ("name unknown: The repository does not exist in the registry", PushFailed, "has no repository team/hello"),
        ("toomanyrequests: You have reached your limit", Unreachable, "wants fewer requests"),
        ("received unexpected HTTP status: 507 Insufficient Storage", PushFailed, "fails (507)"),
        (
            "pinging x: invalid status code from registry 302 (Found)",
            PushFailed,
            "not as a registry",
        ),
        ("x509: certificate relies on legacy Common Name field, use SANs instead", Unreachable, "not made out to"),
        ("x509: certificate is valid for a.example.com, b.example.com, not c", Unreachable, "a.example.com, b.example"),
        ("remote error: tls: handshake failure", Unreachable, "no TLS connection"),
        ("writing manifest: something new", PushFailed, "did not take the image"),
    ],
)
def test_what_it_means(text: str, kind: type[SlimdeployError], what: str) -> None:
    error = explain(failed(text), REPOSITORY, NOBODY)
    assert type(error) is kind
    assert what in error.what
    assert error.details == (text,)


@pytest.mark.parametrize(
    ("text", "tries"),
    [
        ("unauthorized: authentication required", 1),
        ("StatusCode: 403, ", 1),
        ("x509: certificate signed by unknown authority", 1),
        ("lookup x on 1.2.3.4:53: no such host", 3),
        ("received unexpected HTTP status: 503 Service Unavailable", 5),
        ("StatusCode: 429, ", 1_000_000),
    ],
)
def test_how_often_it_is_tried(text: str, tries: int) -> None:
    assert reason_for(failed(text)).tries == tries
    assert pause_after(failed(text), tries) is None


def test_pauses_double_up_to_half_a_minute() -> None:
    busy = failed("StatusCode: 429, ")
    pauses = [pause_after(busy, number) or 0 for number in range(1, 9)]
    for wanted, pause in zip((1, 2, 4, 8, 16, 30, 30, 30), pauses, strict=True):
        assert wanted <= pause <= wanted * 1.25


def test_the_overall_limit_is_final_and_a_hang_is_tried_once_more() -> None:
    assert reason_for(ToolTimeout("skopeo", 600, ())).tries == 1
    assert reason_for(ToolTimeout("skopeo", 75, (), idle=True)).tries == 2


def test_what_skopeo_was_about_to_do_is_not_shown() -> None:
    text = "trying to reuse blob sha256:" + "a" * 64 + " at destination: pinging container registry r: refused"
    assert said(failed(text)) == "pinging container registry r: refused"


def test_a_registrys_own_state_is_not_shown() -> None:
    text = r"uploading layer to http://r/v2/x/blobs/uploads/1?_state=Zm9v%3D&digest=sha256%3Aab: digest invalid"
    assert said(failed(text)) == "uploading layer to http://r/v2/x/blobs/uploads/1: digest invalid"
