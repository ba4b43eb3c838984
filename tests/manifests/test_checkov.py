"""checkov finds nothing in what we render, but for the exceptions that docs/hardening.md explains."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from slimdeploy.artifacts.workload import Health, Port, WorkloadPlan
from slimdeploy.manifests.render import render, to_yaml

ROOT = Path(__file__).parents[2]
CHECKOV = ROOT / ".venv-checkov/bin/checkov"
EXCEPTIONS = {"CKV_K8S_11", "CKV2_K8S_6"}
HTTP = Port("http", 8080)
SERVER = WorkloadPlan(
    app="hello",
    ports=(HTTP,),
    health=Health("http", HTTP, "/api/"),
    args=(),
    env=(("PORT", "8080"),),
    user=65532,
    cpu="100m",
    memory="64Mi",
    memory_bytes=67_108_864,
    replicas=2,
)
WORKER = WorkloadPlan("worker", (), None, (), (), 65532, "100m", "64Mi", 67_108_864, 1)


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """One run of checkov over both: the ids of failed checks by file."""
    folder = tmp_path_factory.mktemp("rendered")
    for plan in (SERVER, WORKER):
        image = f"registry.example.com/{plan.app}@sha256:{'a' * 64}"
        (folder / f"{plan.app}.yaml").write_text(to_yaml(render(plan, plan.app, image)))
    shutil.copy(ROOT / "manifests/shop.yaml", folder)
    command = [str(CHECKOV), "-d", str(folder), "--framework", "kubernetes", "--skip-download", "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    report = json.loads(done.stdout)
    assert report["summary"]["passed"] > 100, "it has looked at the objects"
    found: dict[str, set[str]] = {}
    for check in report["results"]["failed_checks"]:
        found.setdefault(Path(check["file_path"]).stem, set()).add(check["check_id"])
    return found


def test_a_server_has_the_named_exceptions_only(findings: dict[str, set[str]]) -> None:
    assert findings["hello"] == EXCEPTIONS


def test_a_worker_has_no_probes_besides(findings: dict[str, set[str]]) -> None:
    assert findings["worker"] == EXCEPTIONS | {"CKV_K8S_8", "CKV_K8S_9"}


def test_everything_at_once_has_secrets_in_variables_besides(findings: dict[str, set[str]]) -> None:
    """A limit and a NetworkPolicy are there; the worker has no port to ask."""
    assert findings["shop"] == {"CKV_K8S_35", "CKV_K8S_8", "CKV_K8S_9"}


def test_each_exception_has_its_reason() -> None:
    text = (ROOT / "docs/hardening.md").read_text()
    assert all(each in text for each in EXCEPTIONS | {"CKV_K8S_8", "CKV_K8S_9", "CKV_K8S_35"})
