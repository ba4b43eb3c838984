"""What left slim.toml leaves the cluster, and nothing else does; `down` takes the rest."""

from __future__ import annotations

import json
from typing import Any

import pytest

from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.deploy.releasing import prune
from slimdeploy.deploy.releasing.lease import held
from slimdeploy.deploy.releasing.record import HASHED
from slimdeploy.events import Step
from slimdeploy.manifests.labels import labels
from slimdeploy.tools.kube import Kube
from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.e2e.releases import App, app_of

OPERATOR = "--field-manager=their-operator"
BASIC = {"deployment/hello", "serviceaccount/hello"}


@pytest.fixture
def app(project: Project, cluster: Cluster, namespace: str) -> App:
    """One release, with a Service, which the next slim.toml has not."""
    app = app_of(project, cluster, namespace).write("one", served=True)
    app.project.up()
    return app.write("one")


def thing(app: App, kind: str, name: str, **more: Any) -> dict[str, Any]:
    """An object with the app's labels, as a former release would have made it."""
    marks = labels("hello") | more.pop("marks", {})
    metadata = {"name": name, "namespace": app.namespace, "labels": marks}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata, **more}


def service(app: App, name: str) -> dict[str, Any]:
    return thing(app, "Service", name, spec={"ports": [{"port": 80}], "selector": {"a": "b"}})


def ours(app: App, manifest: dict[str, Any]) -> None:
    """It is slimdeploy that applied it."""
    target = ClusterTarget(app.cluster.context, app.namespace, str(app.cluster.kubeconfig))
    Kube(target).apply(manifest, dry_run=False)


def patch(app: App, name: str, body: dict[str, Any], *more: str) -> None:
    app.cluster.kubectl("patch", name, "-n", app.namespace, "--type=merge", "-p", json.dumps(body), *more)


def test_what_left_the_configuration_is_shown_and_pruned(app: App) -> None:
    shown = app.project.slimdeploy("diff", "-o", "json").json
    assert {each["object"]: each["action"] for each in shown}["service/hello"] == "pruned"
    assert "service/hello" in app.objects(), "diff writes nothing"
    result = app.project.up("-o", "json")
    assert {each["object"]: each["action"] for each in result.json["changes"]}["service/hello"] == "pruned"
    assert "service/hello pruned" in result.stderr.splitlines()[-1]
    assert app.objects() == BASIC
    assert app.project.slimdeploy("history", "-o", "json").json[0]["changed"][-1] == "service/hello pruned"
    assert app.project.slimdeploy("rollback").code == 0
    assert app.objects() == BASIC | {"service/hello"}
    log = app.cluster.audit.mark()
    app.write("one", served=True)
    assert "nothing changed" in app.project.up().stderr
    assert log.mutating("slimdeploy", app.namespace) == []


def test_only_what_is_ours_alone_is_pruned(app: App) -> None:
    app.cluster.apply(service(app, "foreign"))
    ours(app, service(app, "left"))
    ours(app, service(app, "shared"))
    patch(app, "service/shared", {"spec": {"selector": {"a": "theirs"}}}, OPERATOR)
    ours(app, service(app, "marked"))
    patch(app, "service/marked", {"metadata": {"annotations": {"somebody": "was here"}}})
    said = app.project.up().stderr
    assert app.objects() == BASIC | {"service/foreign", "service/shared"}
    assert "service/foreign is kept: it carries our labels, but was made by kubectl-client-side-apply" in said
    assert "service/shared is kept: their-operator manages it, too" in said
    log = app.cluster.audit.mark()
    again = app.project.up().stderr
    assert "nothing changed" in again
    assert "service/shared is kept: their-operator manages it, too" in again, "it is named as long as it is there"
    assert log.mutating("slimdeploy", app.namespace) == []


def test_what_a_person_changed_with_kubectl_goes_and_is_told(app: App) -> None:
    patch(app, "service/hello", {"spec": {"selector": {"a": "theirs"}}})
    app.cluster.kubectl("label", "service/hello", "team=shop", "-n", app.namespace)
    app.cluster.kubectl("annotate", "service/hello", "note=x", "-n", app.namespace)
    said = "warning: service/hello is pruned with what was done to it by hand: kubectl-patch changed spec.selector\n"
    assert said in app.project.slimdeploy("diff").stderr
    assert said in app.project.up().stderr
    assert app.objects() == BASIC


def test_a_finalizer_that_nobody_handles_is_reported(app: App) -> None:
    patch(app, "service/hello", {"metadata": {"finalizers": ["example.com/never"]}})
    ours(app, service(app, "left"))
    app.write("two")
    result = app.project.slimdeploy("up", "--timeout", "30s")
    assert result.code == 88, result
    assert "service/hello: example.com/never" in result.stderr
    assert "never removes one" in result.stderr
    assert app.objects() == BASIC | {"service/hello"}, "the other one is gone"
    assert app.value() == "two", "the release itself is done"
    assert app.outcomes() == {2: "deployed", 1: "deployed"}
    assert app.leases() == []
    log = app.cluster.audit.mark()
    assert app.project.slimdeploy("up").code == 0
    assert log.mutating("slimdeploy", app.namespace) == []
    patch(app, "service/hello", {"metadata": {"finalizers": None}})


def test_what_changed_since_it_was_seen_is_looked_at_again(app: App, cluster: Cluster, namespace: str) -> None:
    for name in ("changed", "taken", "replaced"):
        ours(app, service(app, name))
    kube = Kube(ClusterTarget(cluster.context, namespace, str(cluster.kubeconfig)))
    seen = prune.survey(
        (each for each in prune.found("hello", ["Service"], kube) if each.ref.name != "hello"), frozenset()
    )
    patch(app, "service/changed", {"metadata": {"annotations": {"somebody": "was here"}}})
    patch(app, "service/taken", {"spec": {"selector": {"a": "theirs"}}}, OPERATOR)
    cluster.kubectl("delete", "service/replaced", "-n", namespace)
    cluster.apply(service(app, "replaced"))
    with held("hello", kube, 0.0) as lease:
        gone = prune.prune(seen.prune, lease, Step("prune", lambda _: None))
    assert [str(each) for each in gone] == ["service/changed"]
    assert {"service/taken", "service/replaced"} <= app.objects()


def test_hashed_objects_live_while_something_names_them(app: App) -> None:
    for name in ("hello-config-0123456789", "hello-env-0123456789"):
        ours(app, thing(app, "ConfigMap", name, marks={HASHED: "0123456789"}, data={"a": "b"}))
    record = json.loads(app.cluster.kubectl("get", "cm/slimdeploy-hello.v1", "-n", app.namespace, "-o", "json"))
    facts = json.loads(record["metadata"]["annotations"]["slimdeploy.io/release"])
    facts |= {"hashed": ["configmap/hello-config-0123456789"], "kinds": [*facts["kinds"], "ConfigMap"]}
    patch(app, "cm/slimdeploy-hello.v1", {"metadata": {"annotations": {"slimdeploy.io/release": json.dumps(facts)}}})
    assert "configmap" not in app.project.slimdeploy("diff").stdout, "they are no change by themselves"
    app.project.up()
    assert app.objects() == BASIC | {"configmap/hello-config-0123456789"}


def test_down_takes_everything_of_ours(app: App, cluster: Cluster, namespace: str) -> None:
    app.write("two").project.up()
    app.cluster.apply(service(app, "foreign"))
    result = app.project.slimdeploy("down", "-o", "json")
    assert result.code == 0, result
    assert result.json["removed"] == ["deployment/hello", "serviceaccount/hello"]
    assert "service/foreign is kept" in result.stderr
    left = cluster.kubectl("get", "deployments,services,configmaps,leases", "-n", namespace, "-o", "name").split()
    assert sorted(left) == ["configmap/kube-root-ca.crt", "service/foreign"]
    assert "nothing to remove" in app.project.slimdeploy("down").stderr
    assert app.project.slimdeploy("history").stdout == "no releases yet\n"
