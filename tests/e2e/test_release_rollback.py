"""A release that does not serve: the last good one is back, field by field, or it is said why not."""

from __future__ import annotations

import json
import signal
from pathlib import Path

import pytest

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.e2e.releases import App, app_of, held_in_its_rollback


@pytest.fixture
def app(project: Project, cluster: Cluster, namespace: str) -> App:
    """One good release, with a Service."""
    app = app_of(project, cluster, namespace).write("one", served=True)
    app.project.up()
    return app


def test_a_crash_is_rolled_back_and_every_field_is_as_before(app: App) -> None:
    before = app.stored_fields()
    app.write("crash", served=True, more='resources = { cpu = "50m", memory = "32Mi" }')
    result = app.project.slimdeploy("up")
    assert result.code == 86, result
    assert "exit code 3" in result.stderr
    assert "rolled back: release 1 runs again" in result.stderr
    assert "value crash" in result.stderr, "its last line"
    report = next((app.project.folder.parent / "state/slimdeploy/reports").glob("hello-release-2-*.txt"))
    whole_report(report.read_text())
    assert result.stderr.index("    value crash") < result.stderr.index("  rollback  "), "the evidence comes first"
    assert result.stderr.count("    value crash\n") == 1
    assert app.stored_fields() == before
    assert app.outcomes() == {2: "rolled-back", 1: "deployed"}
    assert app.leases() == []
    again_by_timer(app)
    app.write("one", served=True)
    log = app.cluster.audit.mark()
    assert "nothing changed" in app.project.up().stderr
    assert log.mutating("slimdeploy", app.namespace) == []


def whole_report(text: str) -> None:
    for told in (
        "release  2 of hello, up by ",
        "image    ",
        "cluster  ",
        "on node slimdeploy-test",
        "terminated (exitCode 3",
        "event 20",
        "log of hello, the run before",
        "    value crash\n",
        "; rolled back: release 1 runs again",
    ):
        assert told in text, told


def again_by_timer(app: App) -> None:
    log = app.cluster.audit.mark()
    timer = app.project.slimdeploy("redeploy")
    assert timer.code == 86, timer
    assert len(timer.stderr.splitlines()) == 1
    assert "this failed as release 2 and was rolled back; `slimdeploy redeploy --retry` tries again: " in timer.stderr
    assert log.mutating("slimdeploy", app.namespace) == []


def test_history_rollback_and_diff(app: App) -> None:
    app.write("two", served=True).project.up()
    shown = app.project.slimdeploy("history", "-o", "json").json
    assert [(each["release"], each["outcome"], each["reason"]) for each in shown] == [
        (2, "deployed", "up"),
        (1, "deployed", "up"),
    ]
    assert shown[0]["changed"] == ["deployment/hello changed"]
    between = app.project.slimdeploy("diff", "1", "2", "-o", "json").json
    assert {each["object"]: each["action"] for each in between} == {
        "serviceaccount/hello": "unchanged",
        "service/hello": "unchanged",
        "deployment/hello": "changed",
    }
    assert '"two"' in json.dumps(between)
    assert app.project.slimdeploy("rollback").code == 0
    assert app.value() == "one"
    assert app.project.slimdeploy("history", "-o", "json").json[0]["reason"] == "rollback to 1"
    log = app.cluster.audit.mark()
    assert "nothing changed" in app.project.slimdeploy("rollback", "1").stderr
    assert [event for event in log.mutating("slimdeploy", app.namespace) if event.resource != "leases"] == []
    missing = app.project.slimdeploy("rollback", "7")
    assert missing.code == 64
    assert "releases in the history: 3, 2, 1" in missing.stderr


def test_a_damaged_record_is_passed_over(app: App) -> None:
    app.write("two", served=True).project.up()
    damage(app, 2)
    shown = app.project.slimdeploy("history", "-o", "json").json
    assert [(each["release"], each["outcome"]) for each in shown] == [(2, "damaged"), (1, "deployed")]
    assert app.project.slimdeploy("rollback", "2").code == 76
    app.write("crash", served=True)
    result = app.project.slimdeploy("up")
    assert result.code == 86, result
    assert "release 2 is passed over" in result.stderr
    assert app.value() == "one"


CONTENT = """
[app.secrets]
TOKEN = { from_env = "TOKEN" }
[[app.config]]
from = "settings.txt"
to = "/etc/settings.txt"
"""


@pytest.mark.parametrize("kind", ["secret", "configmap"])
def test_what_a_release_needs_is_gone(app: App, kind: str) -> None:
    for number in ("2", "3"):
        app.project.write(settings__txt=f"number = {number}\n").environment["TOKEN"] = f"value-{number}"
        app.write("two", served=True, more=CONTENT).project.up()
    old = next(name for name in app.hashed(2) if name.startswith(f"{kind}/"))
    assert old not in app.hashed(3)
    app.cluster.kubectl("delete", old, "-n", app.namespace)
    log = app.cluster.audit.mark()
    result = app.project.slimdeploy("rollback", "2")
    assert result.code == 76, result
    assert f"what release 2 needs is gone: {old}\n" in result.stderr
    assert log.mutating("slimdeploy", app.namespace) == []
    assert app.project.slimdeploy("rollback", "1").code == 0, "another one is whole"
    assert app.outcomes() == {4: "deployed", 3: "deployed", 2: "deployed", 1: "deployed"}


def test_a_record_that_lost_its_labels_stands_in_nobodys_way(app: App) -> None:
    record = ("configmap/slimdeploy-hello.v1", "-n", app.namespace)
    app.cluster.kubectl("label", *record, "app.kubernetes.io/instance-", "app.kubernetes.io/component-")
    app.write("two", served=True).project.up()
    assert app.outcomes() == {2: "deployed"}
    assert "two" not in app.cluster.kubectl("get", *record, "-o", "jsonpath={.metadata.annotations}")
    app.write("crash", served=True)
    assert app.project.slimdeploy("up").code == 86
    assert app.value() == "two"


def damage(app: App, number: int) -> None:
    """A record is immutable: it can only be deleted and written anew."""
    name = f"slimdeploy-hello.v{number}"
    record = json.loads(app.cluster.kubectl("get", "configmap", name, "-n", app.namespace, "-o", "json"))
    record["binaryData"]["release"] = "H4sI" + record["binaryData"]["release"][4:].swapcase()
    record["metadata"] = {key: record["metadata"][key] for key in ("name", "namespace", "labels", "annotations")}
    app.cluster.kubectl("delete", "configmap", name, "-n", app.namespace)
    app.cluster.apply(record)


def test_what_is_not_rolled_back_says_why(app: App) -> None:
    app.write("crash", served=True)
    result = app.project.slimdeploy("up", "--no-rollback")
    assert result.code == 87, result
    assert "not rolled back: that was asked for" in result.stderr
    assert app.value() == "crash"
    log = app.cluster.audit.mark()
    assert app.project.slimdeploy("up").code == 87, "an unchanged one over a failing one is no success"
    assert log.mutating("slimdeploy", app.namespace) == []
    app.write("no", served=True, more="rollback = false")
    assert "nothing to roll back" not in app.project.up().stderr
    assert app.outcomes() == {3: "deployed", 2: "failed", 1: "deployed"}


def test_a_rollback_that_fails_says_both_reasons(app: App) -> None:
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "none", "namespace": app.namespace},
        "spec": {"hard": {"pods": "0"}},
    }
    app.cluster.apply(quota)
    app.write("two", served=True)
    result = app.project.slimdeploy("up", "--timeout", "2m")
    assert result.code == 87, result
    assert "exceeded quota" in result.stderr
    assert "not rolled back: the quota of the namespace stands against any release" in result.stderr
    assert app.outcomes() == {2: "interrupted", 1: "deployed"}
    app.cluster.kubectl("delete", "resourcequota", "none", "-n", app.namespace)
    app.project.up("--timeout", "2m")
    assert next(iter(app.outcomes().values())) == "deployed", "it serves by now, and the history knows"


def test_a_rollback_that_is_interrupted_has_told_the_cause_and_says_how_it_goes_on(app: App, tmp_path: Path) -> None:
    app.write("crash", served=True)
    with held_in_its_rollback(app, tmp_path) as process:
        process.send_signal(signal.SIGINT)
        said = process.communicate()[1]
    assert process.returncode == 130, said
    assert "exit code 3" in said
    assert "  value crash\n" in said
    assert "state/slimdeploy/reports/hello-release-2" in said
    assert "`slimdeploy rollback` finishes it, `slimdeploy up` tries release 2 again" in said
    assert app.outcomes()[2] == "rolling-back"
    assert app.project.slimdeploy("rollback").code == 0
    assert app.value() == "one"
