"""An app that somebody's hand was at since `up`: restarted, changed, or applied by another tool, too."""

from __future__ import annotations

import json
import time

import pytest

from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.deploy.releasing.lease import held
from slimdeploy.deploy.releasing.removal import DOWN_SECONDS
from slimdeploy.tools.kube import Kube
from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.e2e.releases import App, app_of
from tests.waiting import until

WORKER = '[processes.worker]\nargs = ["work"]\n'


@pytest.fixture
def app(project: Project, cluster: Cluster, namespace: str) -> App:
    """One release, with a Service and a worker."""
    app = app_of(project, cluster, namespace).write("one", served=True, more=WORKER)
    app.project.up()
    return app


def kubectl(app: App, *arguments: str) -> None:
    app.cluster.kubectl(*arguments, "-n", app.namespace)


def test_a_worker_that_was_restarted_is_pruned(app: App) -> None:
    assert app.project.slimdeploy("restart").code == 0
    kubectl(app, "rollout", "restart", "deployment/hello-worker")
    app.write("one", served=True)
    result = app.project.up()
    assert "deployment/hello-worker pruned" in result.stderr
    assert "kept" not in result.stderr
    assert app.objects() == {"deployment/hello", "service/hello", "serviceaccount/hello"}


def test_down_takes_what_was_restarted_and_changed_by_hand(app: App) -> None:
    assert app.project.slimdeploy("restart").code == 0
    kubectl(app, "rollout", "restart", "deployment/hello")
    kubectl(app, "set", "env", "deployment/hello-worker", "MORE=1")
    kubectl(app, "patch", "service/hello", "--type=merge", "-p", '{"spec": {"sessionAffinity": "ClientIP"}}')
    result = app.project.slimdeploy("down")
    assert result.code == 0, result
    assert "kept" not in result.stderr
    left = app.cluster.kubectl("get", "deployments,services,pods,leases,sa,cm", "-n", app.namespace, "-o", "name")
    assert set(left.split()) == {"configmap/kube-root-ca.crt", "serviceaccount/default"}


def test_what_another_tool_applies_too_runs_on_with_what_it_needs(app: App) -> None:
    theirs = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "hello", "namespace": app.namespace, "annotations": {"theirs": "yes"}},
    }
    flux = ("apply", "--server-side", "--field-manager=flux", "-f", "-")
    app.cluster.kubectl(*flux, stdin=json.dumps(theirs))
    target = ClusterTarget(app.cluster.context, app.namespace, str(app.cluster.kubeconfig))
    with held("hello", Kube(target), 0.0):
        taken = app.project.slimdeploy("down")
    assert taken.code == 75, taken
    assert "kept" not in taken.stderr, "nothing is said of what is not done"
    began = time.monotonic()
    result = app.project.slimdeploy("down")
    assert result.code == 88, result
    assert time.monotonic() - began < DOWN_SECONDS, "nobody waits for pods that stay"
    assert result.stderr.count("deployment/hello is kept: flux manages it, too") == 1
    assert "serviceaccount/hello is kept: deployment/hello needs it" in result.stderr
    assert app.objects() == {"deployment/hello", "serviceaccount/hello"}
    assert app.outcomes() == {1: "deployed"}, "the history is what could bring it back"
    assert app.deployment()["status"]["readyReplicas"] == 1
    assert app.leases() == []
    assert app.project.slimdeploy("down").code == 88, "it is not removed, however often that is asked for"


@pytest.mark.parametrize(
    ("hand", "outcome"),
    [
        (("set", "env", "deployment/hello", "MORE=1"), "superseded"),
        (("delete", "deployment/hello"), "deleted"),
    ],
)
def test_what_ended_a_release_is_what_the_history_says(app: App, hand: tuple[str, ...], outcome: str) -> None:
    app.write("two", served=True, more='node_selector = { nowhere = "yes" }\n' + WORKER)
    process = app.project.start("up", "--timeout", "2m")
    until("it is applied", lambda: app.value() == "two")
    kubectl(app, *hand)
    said = process.communicate()[1]
    assert process.returncode == 87, said
    assert "not rolled back: that is not this release's doing" in said
    assert app.outcomes() == {2: outcome, 1: "deployed"}
    assert app.write("one", served=True, more=WORKER).project.slimdeploy("redeploy").code == 0
