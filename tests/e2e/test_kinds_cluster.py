"""All that examples/shop asks for, in a real cluster: files, secrets, a worker, a migration, and what is around."""

from __future__ import annotations

import base64
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project, Result

ROOT = Path(__file__).parents[2]
VALUE = "postgres://shop:hunter2@db/shop"


@pytest.fixture
def shop(project: Project, cluster: Cluster, namespace: str) -> Project:
    """examples/shop with the test's cluster in place of prod."""
    shutil.copytree(ROOT / "examples/shop", project.folder, dirs_exist_ok=True)
    project.environment |= {"KUBECONFIG": str(cluster.kubeconfig), "SHOP_DB_URL": VALUE}
    edit(project, "registry.example.com/shop/shop", f"{cluster.registry}/{namespace}/shop")
    edit(project, 'context = "prod"\nnamespace = "shop"', f'context = "{cluster.context}"\nnamespace = "{namespace}"')
    cluster.kubectl("create", "secret", "generic", "smtp", "-n", namespace, "--from-literal=password=four")
    return project


def edit(project: Project, old: str, new: str) -> None:
    toml = project.folder / "slim.toml"
    text = toml.read_text()
    assert old in text
    toml.write_text(text.replace(old, new))


def get(cluster: Cluster, namespace: str, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(cluster.kubectl("get", kind, "-n", namespace, "-o", "json"))["items"]
    return found


def names(cluster: Cluster, namespace: str, kind: str) -> list[str]:
    return [each["metadata"]["name"] for each in get(cluster, namespace, kind)]


def changed(result: Result) -> list[str]:
    return [
        each["object"].rpartition("-")[0] or each["object"]
        for each in result.json["changes"]
        if each["action"] != "unchanged"
    ]


def said(result: Result) -> str:
    """All that was printed, in which no secret may be."""
    text = result.stdout + result.stderr
    assert "hunter2" not in text
    assert base64.b64encode(VALUE.encode()).decode() not in text
    return text


def test_the_whole_shop(shop: Project, cluster: Cluster, namespace: str) -> None:
    first = shop.up("-o", "json")
    said(first)
    assert first.json["url"] == "https://shop.example.com/"
    assert cluster.fetch("shop", namespace, "/api/", "EUR") == f"currency: EUR\n{len(VALUE)} 4\n"
    assert set(names(cluster, namespace, "deployments")) == {"shop", "shop-worker"}
    assert set(names(cluster, namespace, "poddisruptionbudgets,horizontalpodautoscalers,ingresses")) == {"shop"}
    assert set(names(cluster, namespace, "networkpolicies")) == {"shop", "shop-worker", "shop-migrate"}
    (job,) = get(cluster, namespace, "jobs")
    assert job["status"]["succeeded"] == 1
    pods = {each["metadata"]["name"]: each["spec"]["containers"][0] for each in get(cluster, namespace, "pods")}
    assert not any("hunter2" in json.dumps(each) for each in pods.values())
    (worker,) = [each for each in pods.values() if each["name"] == "shop-worker"]
    assert {"name": "QUEUE", "value": "orders"} in worker["env"]
    (secret,) = [each for each in get(cluster, namespace, "secrets") if each["metadata"]["name"] != "smtp"]
    assert (secret["immutable"], base64.b64decode(secret["data"]["DB_URL"]).decode()) == (True, VALUE)
    unchanged_writes_nothing(shop, cluster, namespace)
    content_is_a_rollout(shop, cluster, namespace)


def unchanged_writes_nothing(shop: Project, cluster: Cluster, namespace: str) -> None:
    log = cluster.audit.mark()
    said(shop.up())
    status = said(shop.slimdeploy("status"))
    assert "3/3 ready (shop 2/2, worker 1/1)" in status
    assert "drift none" in status, "the autoscaler's number is none"
    assert re.search(r"\n  shop-migrate-[0-9a-f]+  succeeded  ", status), status
    assert log.mutating("slimdeploy", namespace) == []
    assert log.events("slimdeploy")


def content_is_a_rollout(shop: Project, cluster: Cluster, namespace: str) -> None:
    """Of a file, then of a secret: new objects under new names, the pods roll, and the old ones are not touched."""
    (shop.folder / "config.yaml").write_text("currency: CHF\n")
    result = shop.up("-o", "json")
    new = ["configmap/shop-config", "job/shop-migrate", "deployment/shop", "deployment/shop"]
    assert changed(result) == [*new, "job/shop-migrate"], "the Job of the version before is pruned"
    assert cluster.fetch("shop", namespace, "/api/", "CHF")
    shop.environment["SHOP_DB_URL"] = VALUE + "2"
    diff = shop.slimdeploy("diff", "-o", "json")
    assert "created   secret/shop-secrets" in said(shop.slimdeploy("diff"))
    assert [each["new"] for change in diff.json if "secret/" in change["object"] and change["action"] == "created"
            for each in change["fields"] if each["path"] == "data"] != []  # fmt: skip
    said(diff)
    said(shop.up())
    assert cluster.fetch("shop", namespace, "/api/", f"{len(VALUE) + 1} 4\n")


def test_a_migration_that_fails_stops_the_release(shop: Project, cluster: Cluster, namespace: str) -> None:
    edit(shop, "[[patch]]", '[app.env]\nBROKEN = "1"\n[[patch]]')
    result = shop.slimdeploy("up")
    assert result.code == 87, result
    assert "job/shop-migrate-" in said(result)
    assert "exit code 3" in result.stderr
    assert "table orders is locked" in result.stderr
    assert names(cluster, namespace, "deployments") == []
    again = shop.slimdeploy("up")
    assert again.code == 87, "the Job that failed is run again"
    assert "table orders is locked" in again.stderr
    edit(shop, 'BROKEN = "1"', "")
    said(shop.up())


def test_a_key_that_is_not_there_is_said(shop: Project) -> None:
    edit(shop, "smtp/password", "smtp/pass")
    edit(shop, 'migrate = { args = ["migrate"], timeout = "1m" }\n', "")
    result = shop.slimdeploy("up", "--timeout", "2m")
    assert result.code == 84, result
    assert "secret/smtp has no key pass, which app.secrets.SMTP_PASSWORD names" in result.stderr
