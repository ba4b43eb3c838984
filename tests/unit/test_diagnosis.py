"""Why pods do not run: what is hopeless, and what only takes time."""

from __future__ import annotations

from typing import Any

import pytest

from slimdeploy.deploy.diagnosis import deployment_doom, is_ready, pod_doom, pod_state

ENDED = {"terminated": {"exitCode": 3, "reason": "Error"}}
PULL = 'failed to pull and unpack image "registry/x": failed to resolve reference "registry/x": '


def waiting(reason: str, message: str = "") -> dict[str, Any]:
    return {"waiting": {"reason": reason, "message": message}}


def pod(state: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    """A pod whose only container is in this state."""
    container = ({"state": state} if state else {}) | status
    return {"metadata": {"name": "hello-1"}, "status": {"phase": "Pending", "containerStatuses": [container]}}


HOPELESS = [
    (waiting("ErrImagePull", PULL + "registry/x: not found"), "ErrImagePull"),
    (waiting("ImagePullBackOff", 'Back-off pulling image "x": ErrImagePull: manifest unknown'), "ImagePullBackOff"),
    (waiting("ErrImagePull", PULL + "pull access denied, repository does not exist"), "ErrImagePull"),
    (waiting("ErrImagePull", PULL + "unexpected status from HEAD request: 401 Unauthorized"), "ErrImagePull"),
    (waiting("ErrImagePull", PULL + "unexpected status from HEAD request: 403 Forbidden"), "ErrImagePull"),
    (waiting("ErrImagePull", "no match for platform in manifest: not found"), "ErrImagePull"),
    (waiting("InvalidImageName", "couldn't parse image name"), "InvalidImageName"),
    (waiting("ErrImageNeverPull"), "ErrImageNeverPull"),
    (waiting("CreateContainerConfigError", 'secret "db" not found'), "CreateContainerConfigError"),
    (waiting("CreateContainerError", "no command specified"), "CreateContainerError"),
    (waiting("RunContainerError", "exec: /hello: no such file or directory"), "RunContainerError"),
]


@pytest.mark.parametrize(("state", "kind"), HOPELESS)
def test_hopeless(state: dict[str, Any], kind: str) -> None:
    doom = pod_doom(pod(state))
    assert doom is not None
    assert doom.kind == kind
    assert state["waiting"]["message"] in doom.cause


PATIENCE = [
    {},
    {"running": {}},
    waiting("ContainerCreating"),
    waiting("PodInitializing"),
    waiting("ErrImagePull", PULL + "429 Too Many Requests: toomanyrequests: You have reached your pull rate limit"),
    waiting("ImagePullBackOff", 'Back-off pulling image "x"'),
    waiting("ErrImagePull", PULL + "dial tcp: lookup registry on 10.0.0.10:53: no such host"),
    waiting("ErrImagePull", PULL + "dial tcp 10.0.0.1:5000: connect: connection refused"),
    waiting("ErrImagePull", PULL + "unexpected status from HEAD request: 503 Service Unavailable"),
    waiting("CreateContainerConfigError", "failed to sync secret cache: timed out waiting for the condition"),
    waiting("CreateContainerError", "context deadline exceeded"),
    waiting("CreateContainerError", 'failed to reserve container name "x": name "x" is reserved for "y"'),
]


@pytest.mark.parametrize("state", PATIENCE)
def test_only_takes_time(state: dict[str, Any]) -> None:
    assert pod_doom(pod(state)) is None


def test_a_pod_without_containers_only_takes_time() -> None:
    assert pod_doom({"metadata": {"name": "hello-1"}, "status": {"phase": "Pending"}}) is None


@pytest.mark.parametrize(
    ("state", "last", "restarts", "hopeless"),
    [
        (ENDED, {}, 0, False),
        ({"running": {}}, ENDED, 1, False),
        (ENDED, ENDED, 1, True),
        (waiting("CrashLoopBackOff"), ENDED, 0, False),
        (waiting("CrashLoopBackOff"), ENDED, 1, True),
        (waiting("CrashLoopBackOff"), {}, 1, False),
        ({"running": {}}, ENDED, 9, False),
    ],
)
def test_a_crash_counts_once_the_restarted_program_has_ended_too(
    state: dict[str, Any], last: dict[str, Any], restarts: int, hopeless: bool
) -> None:
    doom = pod_doom(pod(state, lastState=last, restartCount=restarts))
    assert (doom is not None) is hopeless
    if doom:
        assert "exit code 3" in doom.cause


def test_out_of_memory_is_named() -> None:
    killed = {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}
    doom = pod_doom(pod(waiting("CrashLoopBackOff"), lastState=killed, restartCount=1))
    assert doom is not None
    assert doom.kind == "OOMKilled"
    assert "OOMKilled" in doom.cause


def deployment(*conditions: dict[str, str], paused: bool = False) -> dict[str, Any]:
    return {"spec": {"paused": True} if paused else {}, "status": {"conditions": list(conditions)}}


QUOTA = {
    "type": "ReplicaFailure",
    "status": "True",
    "reason": "FailedCreate",
    "message": 'pods "hello-1" is forbidden: exceeded quota: small',
}


def test_pods_that_are_refused_are_hopeless() -> None:
    doom = deployment_doom(deployment(QUOTA))
    assert doom is not None
    assert doom.kind == "FailedCreate"
    assert "exceeded quota: small" in doom.cause


def test_a_paused_deployment_goes_nowhere() -> None:
    doom = deployment_doom(deployment(paused=True))
    assert doom is not None
    assert (doom.kind, doom.cause) == ("Paused", "the Deployment is paused")


@pytest.mark.parametrize(
    "seen",
    [
        deployment(),
        {"spec": {}},
        deployment(QUOTA | {"status": "False"}),
        deployment({"type": "Progressing", "status": "True"}),
    ],
)
def test_a_deployment_that_goes_on(seen: dict[str, Any]) -> None:
    assert deployment_doom(seen) is None


def ready(value: str, **metadata: str) -> dict[str, Any]:
    return {"metadata": metadata, "status": {"conditions": [{"type": "Ready", "status": value}]}}


def test_ready_pods_serve_and_stay() -> None:
    assert is_ready(ready("True"))
    assert not is_ready(ready("False"))
    assert not is_ready({"metadata": {}, "status": {}})
    assert not is_ready(ready("True", deletionTimestamp="2026-01-02T03:04:05Z"))


UNSCHEDULED = {
    "metadata": {},
    "status": {
        "phase": "Pending",
        "conditions": [{"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}],
    },
}


@pytest.mark.parametrize(
    ("seen", "words"),
    [
        (pod(waiting("ContainerCreating")), "ContainerCreating"),
        (pod({"running": {}}), "Running, not ready"),
        (pod({"running": {}}, restartCount=2), "Running, not ready, 2 restarts"),
        (pod(ENDED), "ended (exit code 3)"),
        (
            pod(waiting("CrashLoopBackOff"), lastState=ENDED, restartCount=1),
            "CrashLoopBackOff (exit code 3), 1 restarts",
        ),
        (UNSCHEDULED, "Pending: 0/1 nodes are available"),
        ({"metadata": {}, "status": {"phase": "Pending"}}, "Pending"),
    ],
)
def test_a_pod_in_a_few_words(seen: dict[str, Any], words: str) -> None:
    assert pod_state(seen) == words
