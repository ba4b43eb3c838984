"""What a person is told about a failed rollout: the next step, and the events that say something."""

from __future__ import annotations

import pytest

from slimdeploy.deploy.rollout.advice import LAST, Clues, advice, advise
from slimdeploy.deploy.rollout.evidence import event_lines

FACTS = {"port": "8080", "user": "65532", "limit": "64Mi", "gomemlimit": ", GOMEMLIMIT 58 Mi", "namespace": "web"}
FACTS |= {"node": "node a", "arch": "arm64", "path": "/healthz", "name": "hello"}


@pytest.mark.parametrize(
    ("seen", "advised"),
    [
        ("exit code 137, OOMKilled", "the limit is 64Mi, GOMEMLIMIT 58 Mi"),
        ("exec /hello: exec format error", 'node a, which is arm64: build.platforms = ["linux/arm64"]'),
        ("no match for platform in manifest: not found", "build.platforms"),
        ("exec /hello: no such file or directory", "the binary is dynamic"),
        ('exec: "/hello": stat /hello: no such file or directory', "not in the image under that name"),
        ("the image cannot be pulled: registry/x: not found", "in that registry"),
        ("the image cannot be pulled: pull access denied", "may not pull"),
        ("the image cannot be pulled: unexpected status 403 Forbidden", "may not pull"),
        ("the image cannot be pulled: x509: certificate signed by unknown authority", "registry's certificate"),
        ("the image cannot be pulled: server gave HTTP response to HTTPS client", "plain http"),
        ("ErrImageNeverPull", "slimdeploy push"),
        ('secret "db" not found', "kubectl -n web create secret"),
        ("couldn't find key url in Secret web/db", "add the key url to the Secret db in namespace web"),
        ("container has runAsNonRoot and image will run as root", "image.user"),
        ("is forbidden: exceeded quota: small", "more quota"),
        ("maximum cpu usage per Container is 1", "deploy.resources.cpu"),
        ('admission webhook "policy.example.com" denied the request: no', "policy.example.com"),
        ("the Deployment is paused by kubectl", "rollout resume deployment/hello"),
        ("1 Insufficient memory", "deploy.resources"),
        ("1 node(s) had untolerated taint {x: y}", "toleration"),
        ("FailedCreatePodSandBox: cni", "the node's affair"),
        ("not ready after 4 s: /healthz answers 404", "app.health must be one that it serves"),
        ("not ready after 4 s: /healthz answers 401", "login"),
        ("not ready after 4 s: /healthz answers 503", "not ready"),
        ("no answer from /healthz in time", "what /healthz does"),
        ("something else", LAST),
    ],
)
def test_what_kubernetes_says(seen: str, advised: str) -> None:
    assert advised in advise(Clues(seen, facts=FACTS))
    assert advised in advise(Clues("", [seen], facts=FACTS))


@pytest.mark.parametrize(
    ("line", "advised"),
    [
        ("exec /hello: exec format error", "build.platforms"),
        ("exec /hello: no such file or directory", "the binary is dynamic"),
        ("tls: failed to verify certificate: x509: certificate signed by unknown authority", "image.ca"),
        ("unknown time zone Europe/Berlin", "image.timezones"),
        ("open /data/x: read-only file system", "only /tmp is writable"),
        ("listen tcp :80: bind: permission denied", "port 80 is below 1024: listen on 8080"),
        ("listen tcp :8080: bind: address already in use", "two listeners"),
        ("open /etc/app/key: permission denied", "/etc/app/key belongs to somebody else: the program is user 65532"),
        ('exec: "sh": executable file not found in $PATH', "there is no sh in the image"),
        ("fork/exec /bin/sh: no such file or directory", "there is no /bin/sh in the image"),
        ("open views/index.html: no such file or directory", "views/index.html is not in the image; relative"),
        ("open /etc/app.yaml: no such file or directory", "/etc/app.yaml is not in the image"),
        ("flag provided but not defined: -verbose", "no flag -verbose"),
        ("dial tcp: lookup db on 10.96.0.10:53: no such host", "db has no address"),
        ("dial tcp 10.0.0.1:5432: connect: connection refused", "does not listen there"),
        ("DB_URL is not set", "app.env"),
        ("missing required environment variable API_TOKEN", "app.env"),
        ("Usage of /hello:", "app.args"),
        ("panic: assignment to entry in nil map", "slimdeploy logs --previous"),
        ("something else", LAST),
    ],
)
def test_what_the_program_says(line: str, advised: str) -> None:
    assert advised in advise(Clues("the program ends again and again: exit code 1", (), ["first", line], FACTS))
    assert advice("", (), [line]), "the local target has no facts"


def test_an_architecture_that_is_not_known_is_not_made_up() -> None:
    advised = advise(Clues("exec /hello: exec format error", facts={"node": "node a"}))
    assert "than node a: build.platforms has to name that one" in advised
    assert "ARCH" not in advised


@pytest.mark.parametrize("line", ["table users not found", "GET /: 403 Forbidden", "unauthorized", "exceeded quota"])
def test_what_the_program_says_is_not_about_its_image_or_cluster(line: str) -> None:
    assert advice("the program ends again and again", [], [line]) == LAST


@pytest.mark.parametrize(
    ("line", "advised"),
    [
        ("listening on 127.0.0.1:8080", "loopback"),
        ("msg=serving addr=localhost:8080", "loopback"),
        ("listening on :9090", "names port 9090, app.port is 8080"),
        ("listening on :8080", "on all addresses"),
        ("2026/11/25 09:32:35 started", "on all addresses"),
        ("", "on all addresses"),
    ],
)
def test_nobody_listens_where_the_kubelet_asks(line: str, advised: str) -> None:
    cause = "not ready after 4 s: nothing listens on port 8080 of the pod's address (connection refused)"
    assert advised in advise(Clues(cause, (), [line], FACTS))


def event(reason: str, message: str = "", kind: str = "Warning") -> dict[str, str]:
    return {"type": kind, "reason": reason, "message": message}


def test_events_are_the_last_three_warnings_each_once() -> None:
    seen = [event("A"), event("B", "x"), event("B", "y"), event("Pulled", kind="Normal"), event("C"), event("D")]
    assert event_lines(seen, "the cause", probes=True) == ["B: y", "C: ", "D: "]


def test_what_follows_from_the_rest_is_left_out() -> None:
    seen = [event("BackOff"), event("MissingClusterDNS"), event("Unhealthy", "connection refused")]
    assert event_lines(seen, probes=True) == ["Unhealthy: connection refused"]
    assert event_lines(seen, probes=False) == []
    repeated = [event("Failed", 'secret "db" not found'), event("Failed", "Error: ErrImagePull")]
    assert event_lines(repeated, 'CreateContainerConfigError: secret "db" not found', probes=False) == []
