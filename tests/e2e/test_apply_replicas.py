"""An autoscaler and us: who decides on the number of copies, and that it never drops to 1 in between."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from slimdeploy.artifacts.deploy import Changes, Manifests, ObjectRef
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.deploy.comparing.diff import diff
from slimdeploy.manifests.render import render
from slimdeploy.tools.kube import Kube
from tests.cluster.cluster import Cluster
from tests.unit.samples import workload
from tests.waiting import PATIENCE, comes_true

IMAGE = "localhost/nothing@sha256:" + "0" * 64


@pytest.fixture
def kube(cluster: Cluster, namespace: str) -> Kube:
    return Kube(ClusterTarget(cluster.context, namespace, str(cluster.kubeconfig)))


def autoscaled(namespace: str) -> Manifests:
    """The app's objects as they are with an autoscaler in slim.toml: a Deployment that says no number."""
    objects: list[Any] = copy.deepcopy(list(render(workload(), namespace, IMAGE).objects))
    del objects[-1]["spec"]["replicas"]
    return Manifests(tuple(objects))


def apply(manifests: Manifests, kube: Kube) -> Changes:
    changes = diff(manifests, kube)
    for change in changes.pending:
        kube.apply(change.manifest, dry_run=False)
    return changes


def copies(kube: Kube) -> int:
    live = kube.get(ObjectRef("Deployment", "hello", kube.target.namespace))
    assert live is not None
    return int(live["spec"]["replicas"])


def scaler(namespace: str, least: int) -> dict[str, object]:
    target = {"apiVersion": "apps/v1", "kind": "Deployment", "name": "hello"}
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "hello", "namespace": namespace},
        "spec": {"scaleTargetRef": target, "minReplicas": least, "maxReplicas": 5},
    }


def wait_for(copies_wanted: int, kube: Kube) -> None:
    assert comes_true(lambda: copies(kube) == copies_wanted, 2 * PATIENCE), (
        f"the autoscaler did not act: {copies(kube)}"
    )


def test_a_number_of_ours_is_handed_over_to_an_autoscaler(kube: Kube, cluster: Cluster, namespace: str) -> None:
    apply(render(workload(replicas=2), namespace, IMAGE), kube)
    assert apply(autoscaled(namespace), kube).pending == (), "the live number, which is ours alone, is sent"
    assert copies(kube) == 2
    cluster.apply(scaler(namespace, 3))
    wait_for(3, kube)
    assert apply(autoscaled(namespace), kube).pending == (), "the autoscaler took the field, and we leave it out"
    changed = copy.deepcopy(autoscaled(namespace))
    changed.objects[-1]["spec"]["revisionHistoryLimit"] = 7
    assert [str(change.ref) for change in apply(changed, kube).pending] == ["deployment/hello"]
    assert copies(kube) == 3


def test_a_co_owner_keeps_the_number_that_we_give_up(kube: Kube, cluster: Cluster, namespace: str) -> None:
    apply(render(workload(replicas=2), namespace, IMAGE), kube)
    theirs = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "hello", "namespace": namespace}}
    stdin = json.dumps(theirs | {"spec": {"replicas": 2}})
    flags = ("--server-side", "--field-manager=scaler", "--validate=false")
    cluster.kubectl("apply", *flags, "-f", "-", stdin=stdin)
    (pending,) = apply(autoscaled(namespace), kube).pending
    assert pending.fields == (), "only who manages the field changes"
    assert copies(kube) == 2
    assert apply(autoscaled(namespace), kube).pending == ()


def test_a_new_deployment_starts_with_the_least_number(kube: Kube, namespace: str) -> None:
    wanted = autoscaled(namespace)
    changes = diff(Manifests((*wanted.objects[:-1], wanted.objects[-1])), kube)
    assert changes.items[-1].manifest["spec"]["replicas"] == 1
