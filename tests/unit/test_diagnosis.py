"""Why pods do not run: what is hopeless, and what only takes time."""

from __future__ import annotations

from typing import Any

import pytest

from slimdeploy.deploy.rollout.doom import deployment_doom, event_doom, pod_doom, rejected
from slimdeploy.deploy.rollout.observation import Seen
from slimdeploy.deploy.rollout.pods import is_ready, pod_state, shortened

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
    assert state["waiting"]["message"].rpartition('": ')[2] in doom.cause


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


def deployment(*conditions: dict[str, str], paused: bool = False) -> Seen:
    owner = [{"manager": "kubectl-rollout", "fieldsV1": {"f:spec": {"f:paused": {}}}}]
    spec = {"paused": True} if paused else {}
    return Seen({"metadata": {"managedFields": owner}, "spec": spec, "status": {"conditions": list(conditions)}}, ())


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
    assert (doom.kind, doom.cause) == ("Paused", "the Deployment is paused by kubectl-rollout")
    assert not doom.ours


@pytest.mark.parametrize(
    "seen",
    [
        deployment(),
        Seen({"spec": {}}, ()),
        deployment(QUOTA | {"message": 'failed calling webhook "x": context deadline exceeded'}),
        deployment(QUOTA | {"message": 'error looking up service account web/hello: serviceaccount "hello" not found'}),
        Seen(deployment(QUOTA).deployment, (), {"status": {}}),
        deployment(QUOTA | {"status": "False"}),
        deployment({"type": "Progressing", "status": "True"}),
    ],
)
def test_a_deployment_that_goes_on(seen: Seen) -> None:
    assert deployment_doom(seen) is None


def test_the_newest_replica_sets_own_trouble_counts() -> None:
    doom = deployment_doom(Seen({"spec": {}, "status": {}}, (), {"status": {"conditions": [QUOTA]}}))
    assert doom is not None


def test_a_program_that_ends_well_each_time_is_hopeless_too() -> None:
    well = {"terminated": {"exitCode": 0, "reason": "Completed"}}
    doom = pod_doom(pod(well, lastState=well, restartCount=1))
    assert doom is not None
    assert doom.kind == "Completed"


def test_what_cannot_even_be_started_needs_no_second_try() -> None:
    end = {"terminated": {"exitCode": 128, "reason": "StartError", "message": "exec: /hello: not found"}}
    doom = pod_doom(pod(waiting("CrashLoopBackOff"), lastState=end))
    assert doom is not None
    assert "exec: /hello: not found" in doom.cause


def test_init_containers_count_until_they_are_done() -> None:
    broken = {"state": ENDED, "lastState": ENDED, "restartCount": 1}
    status = {"containerStatuses": [{"state": waiting("PodInitializing")}]}
    waits = {"metadata": {"name": "hello-1"}, "status": status | {"initContainerStatuses": [broken]}}
    assert pod_doom(waits) is not None
    done = broken | {"state": {"terminated": {"exitCode": 0}}}
    assert pod_doom(waits | {"status": status | {"initContainerStatuses": [done]}}) is None


def evicted(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}, "status": {"phase": "Failed", "reason": "Evicted", "message": "low on memory"}}


def test_nodes_that_turn_pods_away_in_a_loop_are_hopeless_after_the_third() -> None:
    assert rejected([evicted("a"), evicted("b"), pod({"running": {}})]) is None
    doom = rejected([evicted("a"), evicted("b"), evicted("c")])
    assert doom is not None
    assert doom.cause == "nodes turn its pods away, 3 so far: Evicted: low on memory"
    assert pod_state(evicted("a")) == "Evicted: low on memory"


def event(reason: str, message: str, **more: object) -> dict[str, Any]:
    return {"type": "Warning", "reason": reason, "message": message} | more


MOUNT = 'MountVolume.SetUp failed for volume "config": configmap "settings" not found'
KILLED = "Container hello failed startup probe, will be restarted"


@pytest.mark.parametrize(
    ("seen", "restarts", "kind"),
    [
        (event("FailedMount", MOUNT, count=2), 0, "FailedMount"),
        (event("FailedMount", MOUNT, count=1), 0, None),
        (event("FailedMount", "timed out waiting for the condition", count=9), 0, None),
        (event("FailedCreatePodSandBox", "network not ready", count=9), 0, None),
        (event("Killing", KILLED), 1, "ProbeFailed"),
        (event("Killing", KILLED), 0, None),
        (event("Killing", "Stopping container hello"), 1, None),
    ],
)
def test_what_only_events_tell(seen: dict[str, Any], restarts: int, kind: str | None) -> None:
    doom = event_doom(pod({"running": {}}, restartCount=restarts), [seen])
    assert (doom.kind if doom else None) == kind


def test_long_digests_are_cut_and_long_messages_keep_their_end() -> None:
    assert shortened("x@sha256:" + "a" * 64 + ": not found") == "x@sha256:aaaaaaaaaaaa...: not found"
    assert shortened("x" * 500 + " the cause").endswith(" the cause")
    assert len(shortened("x" * 500)) == 240


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
            "CrashLoopBackOff (exit code 3), 1 restart",
        ),
        (UNSCHEDULED, "Pending: 0/1 nodes are available"),
        ({"metadata": {}, "status": {"phase": "Pending"}}, "Pending"),
    ],
)
def test_a_pod_in_a_few_words(seen: dict[str, Any], words: str) -> None:
    assert pod_state(seen) == words
