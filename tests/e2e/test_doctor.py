"""`slimdeploy doctor`, as typed: against the real registry and cluster, and where something is missing."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from pathlib import Path

import pytest

from slimdeploy.tools import command
from tests.build.test_bit_for_bit import MODULES
from tests.cluster.cluster import Cluster
from tests.cluster.registry import Registry
from tests.deliver.registries import PASSWORD, USER, registry_with_login
from tests.e2e.conftest import Project, Result, go_mod
from tests.tools import somebody


def checks(result: Result) -> dict[str, dict[str, object]]:
    return {each["check"]: each for each in result.json["checks"]}


def doctor(project: Project, *arguments: str) -> Result:
    result = project.slimdeploy("doctor", "-o", "json", *arguments)
    assert result.json["exit_code"] == result.code
    assert result.json["ok"] == (result.code == 0)
    assert "Traceback" not in result.stderr
    return result


def test_all_is_well(deployed: Project, cluster: Cluster, namespace: str, registry: Registry) -> None:
    seen, before = registry.mark(), cluster.audit.mark()
    result = doctor(deployed)
    found = checks(result)
    assert result.code == 0, result
    assert {each["state"] for each in found.values()} <= {"ok", "warn"}
    assert found["registry"]["found"].startswith(f"may push to {registry.address}/{namespace}/hello as nobody")  # type: ignore[attr-defined]
    assert f"context {cluster.context}, Kubernetes v1." in str(found["cluster"]["found"])
    assert found["namespace"]["found"] == namespace
    assert "clock" not in found
    assert "PUT" not in {each.method for each in seen.requests()}
    assert before.mutating("slimdeploy", namespace) == []


def test_no_such_namespace_and_the_table(deployed: Project) -> None:
    result = deployed.slimdeploy("doctor", "-n", "t-nowhere")
    assert result.code == 84, result
    assert "fail  namespace         t-nowhere does not exist\n" in result.stdout
    assert "next: kubectl --context slimdeploy-test create namespace t-nowhere" in result.stdout


def test_as_whom_and_why_not(hello: Project, tmp_path: Path) -> None:
    home = tmp_path / "home/.docker"
    home.mkdir(parents=True)
    hello.environment |= {"HOME": str(home.parent), "XDG_RUNTIME_DIR": str(tmp_path), "GOPATH": "/nowhere"}
    with registry_with_login(tmp_path) as address:
        hello.write(slim__toml=f'image.repository = "{address}/hello"\n')
        refused = doctor(hello)
        assert refused.code == 77, refused
        assert "wants a login, and there is none for it" in checks(refused)["registry"]["found"]  # type: ignore[operator]
        login = {"auth": base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()}
        (home / "config.json").write_text(json.dumps({"auths": {address: login}}))
        allowed = doctor(hello)
        assert f"as {USER} ({home}/config.json)" in checks(allowed)["registry"]["found"]  # type: ignore[operator]
    gone = doctor(hello)
    assert gone.code == 69, gone
    assert PASSWORD not in refused.stdout + allowed.stdout + gone.stdout


def test_a_wrong_slim_toml_a_missing_program_and_an_old_go(hello: Project, tmp_path: Path) -> None:
    hello.write(slim__toml="app.nmae = 3\napp.port = 0\n", go__mod="module example.com/hello\n\ngo 1.99\n")
    few = tmp_path / "few"
    few.mkdir()
    for name in ("go", "skopeo", "setpriv", "unshare"):
        (few / name).symlink_to(command.require(name, ""))
    hello.environment["PATH"] = str(few)
    result = doctor(hello)
    found = checks(result)
    assert result.code == 65, result
    assert found["slim.toml"]["found"].startswith("slim.toml:1:5: app.nmae: unknown key")  # type: ignore[attr-defined]
    assert {name: each["code"] for name, each in found.items() if each["code"]} == {
        "slim.toml": 65, "program": 80, "go": 72, "buildah": 72,
        **({} if os.geteuid() == 0 else {"user namespaces": 72}),
    }  # fmt: skip
    assert "go.mod asks for 1.99" in found["go"]["found"]  # type: ignore[operator]
    assert found["podman"] == {
        "check": "podman", "state": "ok", "found": "not installed, and not needed here", "next": "", "code": 0,
    }  # fmt: skip


def test_no_module_no_context_and_a_stamp_without_a_commit(project: Project) -> None:
    project.write(slim__toml='cluster.context = "nowhere"\nbuild.stamp = { "main.v" = "{version}" }\n')
    project.environment |= {"KUBECONFIG": "/nowhere", "GIT_CEILING_DIRECTORIES": str(project.folder.parent)}
    result = doctor(project)
    assert result.code == 66, result
    codes = {name: each["code"] for name, each in checks(result).items() if each["code"]}
    assert codes == {"program": 66, "commit": 66, "cluster": 66}


@somebody.needs_root
def test_an_ordinary_user_is_told_what_it_lacks() -> None:
    with somebody.importable(*MODULES) as folder:
        (folder / "app").mkdir()
        (folder / "app/go.mod").write_text(go_mod("hello"))
        (folder / "app/main.go").write_text("package main\n\nfunc main() {}\n")
        done = subprocess.run(
            [
                *somebody.NOBODY,
                somebody.interpreter(somebody.NOBODY),
                "-m",
                "slimdeploy",
                "doctor",
                "-C",
                folder / "app",
            ],
            env=somebody.variables(folder) | {"GOCACHE": str(folder / "gocache")},
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
    assert "nobody (65534), rootless" in done.stdout, done.stderr
    assert "ok    user namespaces   allowed" in done.stdout
    assert "warn  subuid            no range for nobody in /etc/subuid" in done.stdout
    assert "usermod --add-subuids 100000-165535 nobody" in done.stdout
    assert done.returncode == 0, done.stdout


@pytest.fixture(autouse=True)
def _no_logins(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REGISTRY_AUTH_FILE", "DOCKER_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
