"""`status` on a real cluster after somebody changed by hand what was released: which field, from what to what, who."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.e2e.releases import App, app_of
from tests.e2e.test_apply_rights import kubeconfig_of


@pytest.fixture
def app(project: Project, cluster: Cluster, namespace: str) -> App:
    """Released once, with a Service."""
    found = app_of(project, cluster, namespace)
    found.write("one", served=True)
    project.up()
    return found


def drift(app: App, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = app.project.slimdeploy("status", "-o", "json", *arguments).json["drift"]
    return found


def by_path(app: App) -> dict[str, tuple[Any, Any, str]]:
    """Each field that differs, by object and path: as released, as it is, by whom."""
    return {
        f"{each['object']} {field['path'].rpartition('spec.')[2]}": (field["released"], field["live"], field["by"])
        for each in drift(app)["objects"]
        for field in each["fields"]
    }


def text(app: App, *arguments: str) -> str:
    result = app.project.slimdeploy("status", *arguments)
    assert result.code == 0, result
    return result.stdout


def test_nothing_differs_after_a_release_and_after_restarts(app: App) -> None:
    assert "\n  drift none\n" in text(app)
    assert app.project.slimdeploy("restart").code == 0
    app.cluster.kubectl("rollout", "restart", "deployment/hello", "-n", app.namespace)
    assert drift(app) == {"release": 1, "objects": [], "unchecked": ""}
    assert "nothing would change" in app.project.slimdeploy("diff").stderr


def test_what_people_change_is_told_with_their_tool(app: App) -> None:
    kubectl, where = app.cluster.kubectl, ("-n", app.namespace)
    kubectl("scale", "deployment/hello", "--replicas=3", *where)
    kubectl("set", "env", "deployment/hello", "VALUE=two", "DB_PASSWORD=hunter2", *where)
    kubectl("label", "service/hello", "team=shop", *where)
    ports = '{"spec":{"ports":[{"port":8080,"targetPort":9}]}}'
    kubectl("patch", "service/hello", "--field-manager=somebody", *where, "--patch", ports)
    kubectl("delete", "serviceaccount/hello", *where)
    log = app.cluster.audit.mark()
    found = by_path(app)
    assert log.mutating("slimdeploy", app.namespace) == [], "a look writes nothing"
    assert found.pop("deployment/hello replicas") == (1, 3, "kubectl (scale)")
    assert found.pop("deployment/hello containers[hello].env[VALUE].value") == ("one", "two", "kubectl-set")
    added = found.pop("deployment/hello containers[hello].env[DB_PASSWORD]")
    assert added == (None, {"name": "DB_PASSWORD", "value": "(secret)"}, "kubectl-set")
    assert found.pop("service/hello metadata.labels.team") == (None, "shop", "kubectl-label")
    ((port, (released, live, by)),) = found.items()
    assert "targetPort" in port
    assert (released, live, by) == ("http", 9, "somebody")
    shown = text(app)
    assert "hunter2" not in shown
    assert "serviceaccount/hello  missing" in shown
    assert "by kubectl (scale)" in shown
    assert '"one" -> "two"' in shown
    back = app.project.slimdeploy("up", "--force-conflicts")
    assert back.code == 0, back
    left = by_path(app)
    assert set(left) == {"deployment/hello containers[hello].env[DB_PASSWORD]", "service/hello metadata.labels.team"}


def test_another_image_than_was_delivered(app: App) -> None:
    other = f"{app.cluster.registry}/{app.namespace}/other@sha256:{'0' * 64}"
    app.cluster.kubectl("set", "image", "deployment/hello", f"hello={other}", "-n", app.namespace)
    found = app.project.slimdeploy("status", "-o", "json").json
    assert (found["image"], "/hello@sha256:" in found["delivered"]) == (other, True)
    shown = text(app)
    assert f"another image was delivered: {found['delivered']}" in shown
    assert "containers[hello].image" in shown


def test_a_field_that_is_gone_and_one_that_is_only_somebody_elses(app: App) -> None:
    kubectl, where = app.cluster.kubectl, ("-n", app.namespace)
    kubectl("set", "env", "deployment/hello", "VALUE-", *where)
    kubectl("set", "env", "deployment/hello", "GOMEMLIMIT=1", *where)
    kubectl("set", "env", "deployment/hello", "GOMEMLIMIT=60397977", *where)
    found = by_path(app)
    assert found.pop("deployment/hello containers[hello].env[VALUE]") == ({"name": "VALUE", "value": "one"}, None, "")
    (same,) = found.values()
    assert same == ("60397977", "60397977", "kubectl-set")
    shown = text(app)
    assert "-> gone" in shown
    assert "not ours any more" in shown


def test_who_may_only_read_is_told_why(app: App, tmp_path: Path) -> None:
    mine = kubeconfig_of("reader", app.cluster, app.namespace, tmp_path)
    account = f"--serviceaccount={app.namespace}:reader"
    app.cluster.kubectl("create", "rolebinding", "reader", "--clusterrole=view", account, "-n", app.namespace)
    shown = text(app, "--kubeconfig", mine)
    assert "1/1 ready" in shown
    assert "drift not checked: dry-run " in shown
    assert drift(app, "--kubeconfig", mine)["unchecked"].endswith("not allowed (a dry-run needs that right)")
    app.cluster.kubectl("delete", "service/hello", "-n", app.namespace)
    assert "service/hello  missing" in text(app, "--kubeconfig", mine), "what is missing can be seen"


def test_what_was_made_anew_with_another_content_is_told_without_it(app: App) -> None:
    secret, file = 'SECRET = { from_env = "SECRET" }\n', '[[app.config]]\nfrom = "x.txt"\nto = "/etc/x.txt"\n'
    app.project.environment["SECRET"] = "old-hunter2"
    app.project.write(x__txt="old")
    app.write("one", served=True, more=f"{file}[app.secrets]\n{secret}").project.up()
    assert "\n  drift none\n" in text(app)
    made = {each["kind"]: each for each in app.get("configmaps,secrets", "-l", "slimdeploy.io/content-hash")}
    refs = {kind: f"{kind.lower()}/{each['metadata']['name']}" for kind, each in made.items()}
    for kind, each in made.items():
        metadata = {name: each["metadata"][name] for name in ("name", "namespace", "labels")}
        app.cluster.kubectl("delete", refs[kind], "-n", app.namespace)
        mutable = {**each, "immutable": False, "metadata": metadata}
        app.cluster.kubectl("create", "-f", "-", stdin=json.dumps(mutable))
    assert "\n  drift none\n" in text(app), "the same content"
    for ref, data in ((refs["Secret"], {"SECRET": "bmV3LWh1bnRlcjM="}), (refs["ConfigMap"], {"more": "new-hunter3"})):
        app.cluster.kubectl("patch", ref, "-n", app.namespace, "-p", json.dumps({"data": data}))
    shown = text(app)
    for ref in refs.values():
        words = r"its content is not what its name stands for, by kubectl-create, kubectl-patch\n"
        assert re.search(rf"\n    {ref} +changed +{words}", shown), shown
    assert "hunter" not in shown + json.dumps(drift(app))
    for ref in refs.values():
        app.cluster.kubectl("delete", ref, "-n", app.namespace)
    app.project.up()
    assert "\n  drift none\n" in text(app), "what it says helps"


def test_a_release_that_was_rolled_back_or_did_not_end_is_no_measure(app: App) -> None:
    app.write("crash", served=True)
    assert app.project.slimdeploy("up").code == 86
    assert drift(app) == {"release": 1, "objects": [], "unchecked": ""}
    outcome = ("slimdeploy.io/outcome=applying", "--overwrite", "-n", app.namespace)
    app.cluster.kubectl("annotate", "configmap/slimdeploy-hello.v2", *outcome)
    assert "drift not checked: release 2 is applying" in text(app)


def test_all_of_it_is_gone(app: App) -> None:
    app.cluster.kubectl("delete", "deployment,service,serviceaccount", "--all", "-n", app.namespace)
    found = drift(app)
    assert json.dumps(found).count('"missing"') == 3
    assert "nothing serves" in text(app)
