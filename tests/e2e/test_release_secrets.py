"""A program prints its secret, in a panic or before it ends: the value is nowhere in what slimdeploy says or keeps."""

from __future__ import annotations

import base64
import json
from urllib.parse import quote

import pytest

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project, go_mod
from tests.e2e.releases import App

VALUE = "postgres://shop:hunter2@db/shop?x=1&y=%q"
FORMS = (VALUE, "hunter2", base64.b64encode(VALUE.encode()).decode(), quote(VALUE, safe=""))
PROGRAM = """package main

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"os"
	"time"
)

func main() {
	dsn := os.Getenv("DB_URL")
	fmt.Println("in base64", base64.StdEncoding.EncodeToString([]byte(dsn)), "in a query", url.QueryEscape(dsn))
	if len(os.Args) > 1 && os.Getenv("VALUE") == "migration" {
		fmt.Println("cannot reach", dsn)
		os.Exit(4)
	}
	if len(os.Args) == 1 && os.Getenv("VALUE") == "panic" {
		panic(fmt.Sprintf("cannot open %q", dsn))
	}
	if len(os.Args) == 1 {
		time.Sleep(time.Hour)
	}
}
"""
MIGRATE = 'migrate = { args = ["migrate"] }\n[app.secrets]\nDB_URL = { from_env = "DB_URL" }\n'


def with_secret(project: Project) -> None:
    project.write(go__mod=go_mod("hello"), main__go=PROGRAM)
    project.environment["DB_URL"] = VALUE


@pytest.fixture
def app(project: Project, cluster: Cluster, namespace: str) -> App:
    """One good release of a program with a secret and a migration."""
    with_secret(project)
    project.environment["KUBECONFIG"] = str(cluster.kubeconfig)
    app = App(project, cluster, namespace).write("one", more=MIGRATE)
    app.project.up()
    return app


def kept(project: Project) -> str:
    """All reports, which only their owner may read."""
    files = sorted((project.folder.parent / "state/slimdeploy/reports").glob("*.txt"))
    assert files
    assert {each.stat().st_mode & 0o777 for each in files} == {0o600}
    return "".join(each.read_text() for each in files)


def nowhere(*texts: str) -> None:
    for text in texts:
        assert text
        assert [form for form in FORMS if form in text] == []


def notes(app: App) -> str:
    found = app.get("configmaps", "-l", "app.kubernetes.io/component=release")
    return json.dumps([each["metadata"]["annotations"] for each in found])


def test_a_panic_with_the_value(app: App) -> None:
    result = app.write("panic", more=MIGRATE).project.slimdeploy("up", "-o", "json")
    assert result.code == 86, result
    assert 'cannot open "(secret)"' in result.json["error"]["message"].replace("\\", "")
    assert "in base64 (secret) in a query (secret)" in kept(app.project)
    nowhere(result.stderr, result.stdout, kept(app.project), notes(app), app.project.slimdeploy("redeploy").stderr)
    failing = app.project.slimdeploy("up", "--no-rollback")
    again = app.project.slimdeploy("up", "--no-rollback")
    assert (failing.code, again.code) == (87, 87)
    nowhere(failing.stderr, again.stderr, app.project.slimdeploy("history").stdout)


def test_a_migration_that_says_the_value(app: App) -> None:
    result = app.write("migration", more=MIGRATE).project.slimdeploy("up")
    assert result.code == 86, result
    assert ": the migration failed: exit code 4: cannot reach (secret); rolled back: release 1" in result.stderr
    assert "\n    cannot reach (secret)\n" in result.stderr, "indented below whose lines these are"
    assert "next: mend what it says" in result.stderr
    assert "slimdeploy logs" not in result.stderr, "the rollback took the Job, and its log"
    assert "cannot reach (secret)" in kept(app.project)
    nowhere(result.stderr, kept(app.project), notes(app))


def test_a_restart_that_ends_with_the_value(app: App) -> None:
    """Here it is the cluster alone that knows the value: nothing is read of what slim.toml refers to."""
    app.project.environment.pop("DB_URL")
    app.cluster.kubectl("set", "env", "deployment/hello", "VALUE=panic", "-n", app.namespace)
    result = app.project.slimdeploy("restart", "-o", "json")
    assert result.code == 87, result
    assert 'cannot open "(secret)"' in result.json["error"]["message"].replace("\\", "")
    assert "in base64 (secret) in a query (secret)" in result.stderr
    nowhere(result.stderr, result.stdout)


def test_on_local_podman(project: Project, local_name: str) -> None:
    with_secret(project)
    secret = 'DB_URL = { from_env = "DB_URL" }'
    project.write(
        slim__toml=f'[app]\nname = "{local_name}"\nports = []\nenv = {{ VALUE = "panic" }}\n[app.secrets]\n{secret}\n'
    )
    try:
        result = project.slimdeploy("up", "--local", "-o", "json")
        assert result.code == 87, result
        assert "(secret)" in result.stderr
        nowhere(result.stderr, result.stdout)
    finally:
        project.slimdeploy("down", "--local")
