"""When a rollout is done, and when waiting for it is pointless."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.deploy.rollout.doom import find_doom
from slimdeploy.deploy.rollout.observation import Seen, newest_of
from slimdeploy.deploy.rollout.verdict import Rollout, is_done, spec_of, superseded
from slimdeploy.deploy.rollout.waiting import describe
from slimdeploy.manifests.render import render
from tests.unit.samples import IMAGE, workload

WANTED = Rollout(ObjectRef("Deployment", "hello", "web"), generation=3, image=IMAGE, timeout=60.0)
Edit = Callable[[dict[str, Any]], object]
ABSENT = {"waiting": {"reason": "ErrImagePull", "message": "registry/x: not found"}}


def deployment(edit: Edit = lambda _: None) -> dict[str, Any]:
    """The Deployment of generation 3, rolled out, then edited."""
    live: dict[str, Any] = copy.deepcopy(dict(render(workload(), "web", IMAGE).objects[-1]))
    live["metadata"] |= {"uid": "d", "generation": 3, "annotations": {"deployment.kubernetes.io/revision": "2"}}
    live["status"] = {"observedGeneration": 3, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}
    edit(live)
    return live


def pod(ready: bool = True, **container: Any) -> dict[str, Any]:
    conditions = [{"type": "Ready", "status": str(ready)}]
    state = {"state": {"running": {}}} | container
    return {"metadata": {"name": "hello-1"}, "status": {"conditions": conditions, "containerStatuses": [state]}}


def seen(edit: Edit = lambda _: None, pods: tuple[dict[str, Any], ...] = (pod(), pod())) -> Seen:
    return Seen(deployment(edit), pods)


def test_done() -> None:
    assert is_done(seen(), WANTED)
    assert find_doom(seen()) is None


NOT_DONE: dict[str, Seen] = {
    "our generation is not observed": seen(lambda it: it["status"].update(observedGeneration=2)),
    "no status yet": seen(lambda it: it.pop("status")),
    "an old replica is left": seen(lambda it: it["status"].update(replicas=3)),
    "not all are updated": seen(lambda it: it["status"].update(updatedReplicas=1)),
    "not all are available": seen(lambda it: it["status"].update(availableReplicas=1)),
    "another image": seen(lambda it: it["spec"]["template"]["spec"]["containers"][0].update(image="other")),
    "a pod is not ready": seen(pods=(pod(), pod(ready=False))),
    "a pod is missing": seen(pods=(pod(),)),
    "more replicas are wanted": seen(lambda it: it["spec"].update(replicas=3)),
}


@pytest.mark.parametrize("why", NOT_DONE)
def test_not_done(why: str) -> None:
    assert not is_done(NOT_DONE[why], WANTED)


def scaled(replicas: int) -> Edit:
    counts = dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas"), replicas)

    def edit(live: dict[str, Any]) -> None:
        live["spec"]["replicas"] = replicas
        live["status"] |= {key: value for key, value in counts.items() if value}
        for key in counts if not replicas else ():
            del live["status"][key]

    return edit


@pytest.mark.parametrize("replicas", [0, 1, 5])
def test_done_follows_the_replicas_of_the_live_object(replicas: int) -> None:
    assert is_done(seen(scaled(replicas), (pod(),) * replicas), WANTED)


def paused(live: dict[str, Any]) -> None:
    live["spec"]["paused"] = True


def refused(live: dict[str, Any]) -> None:
    live["status"]["conditions"] = [
        {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "exceeded quota"}
    ]


BROKEN = (pod(), pod(ready=False, state=ABSENT))


@pytest.mark.parametrize(
    ("look", "kind"),
    [
        (seen(paused), "Paused"),
        (seen(refused), "FailedCreate"),
        (seen(pods=BROKEN), "ErrImagePull"),
        (seen(refused, BROKEN), "FailedCreate"),
    ],
)
def test_hopeless(look: Seen, kind: str) -> None:
    doom = find_doom(look)
    assert doom is not None
    assert doom.kind == kind


def newer(edit: Edit) -> Edit:
    def both(live: dict[str, Any]) -> None:
        live["metadata"]["generation"] = 4
        live["metadata"]["managedFields"] = [
            {"manager": "slimdeploy", "operation": "Apply", "time": "2026-01-02T03:04:05Z"},
            {"manager": "helm", "operation": "Update", "time": "2026-01-02T03:05:05Z"},
            {"manager": "kube", "operation": "Update", "time": "2026-01-02T03:06:05Z", "subresource": "status"},
        ]
        edit(live)

    return both


def relabelled(live: dict[str, Any]) -> None:
    live["spec"]["template"]["metadata"]["labels"]["x"] = "y"


def test_another_release_over_ours_is_named() -> None:
    doom = superseded(seen(newer(relabelled)), WANTED, spec_of(deployment()))
    assert doom is not None
    assert doom.cause == "superseded by helm at generation 4: spec.template.metadata.labels.x"
    assert not doom.ours


def test_more_replicas_are_no_other_release() -> None:
    look = seen(newer(scaled(5)), (pod(),) * 5)
    assert superseded(look, WANTED, spec_of(deployment())) is None
    assert not is_done(look, WANTED), "what the status says is still about generation 3"
    look.deployment["status"]["observedGeneration"] = 4
    assert is_done(look, WANTED)


def test_never_having_seen_our_own_release_is_being_superseded() -> None:
    assert superseded(seen(newer(relabelled)), WANTED, None) is not None


def replica_set(revision: str, template: str, owner: str = "d") -> dict[str, Any]:
    return {
        "metadata": {
            "ownerReferences": [{"uid": owner}],
            "annotations": {"deployment.kubernetes.io/revision": revision},
            "labels": {"pod-template-hash": template},
        }
    }


@pytest.mark.parametrize(
    ("sets", "newest"),
    [
        ((replica_set("1", "old"), replica_set("2", "new")), "new"),
        ((replica_set("2", "theirs", owner="other"), replica_set("2", "ours")), "ours"),
        ((replica_set("1", "old"),), None),
        ((), None),
        (({"metadata": {"labels": {"pod-template-hash": "x"}}},), None),
    ],
)
def test_the_newest_replica_set_has_the_deployments_revision(
    sets: tuple[dict[str, Any], ...], newest: str | None
) -> None:
    assert (newest_of(deployment(), sets) or {}).get("metadata", {}).get("labels", {}).get(
        "pod-template-hash"
    ) == newest


def test_how_far_it_is() -> None:
    assert describe(seen()) == "2/2 ready"
    assert describe(seen(pods=BROKEN)) == "1/2 ready, hello-1: ErrImagePull: registry/x: not found"
    assert describe(seen(pods=())) == "0/2 ready, no pod yet"
