"""stdout, stderr, exit codes and messages of the command as typed; no cluster, no podman."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.cluster.registry import Registry
from tests.deliver.faults import Fault, proxy_to
from tests.e2e.conftest import Project, go_mod

ROOT = Path(__file__).parents[2]


def test_build_prints_the_reference_alone(hello: Project) -> None:
    result = hello.slimdeploy("build")
    assert result.code == 0, result
    assert result.stdout.startswith("localhost/hello@sha256:")
    assert result.stdout.count("\n") == 1
    assert "no slim.toml here" in result.stderr


def test_build_as_json(hello: Project) -> None:
    document = hello.slimdeploy("build", "-o", "json").json
    assert [file["path"] for file in document["files"]] == ["/hello", "/etc/ssl/certs/ca-certificates.crt"]
    assert 4e6 < document["size"] < 8e6
    assert document["image"].endswith(document["digest"])


def test_exported_go_variables_change_nothing(hello: Project) -> None:
    digest = hello.slimdeploy("build").stdout
    hello.environment |= {"CGO_ENABLED": "1", "GOOS": "darwin", "GOARCH": "arm64", "GOFLAGS": "-tags=other"}
    again = hello.slimdeploy("build")
    assert again.stdout == digest
    assert "warning: -tags of GOFLAGS is not used: build.tags" in again.stderr


def test_flags_that_change_the_program_change_the_digest_and_are_named(hello: Project) -> None:
    digest = hello.slimdeploy("build").stdout
    hello.environment["GOFLAGS"] = "-gcflags=all=-N"
    other = hello.slimdeploy("build")
    assert "warning: -gcflags of GOFLAGS changes the program" in other.stderr
    assert other.stdout != digest


def test_push_prints_what_kubectl_can_run(hello: Project, registry: Registry) -> None:
    hello.write(slim__toml=f'image.repository = "{registry.address}/pushed/hello"\n')
    first, second = hello.slimdeploy("push", "-o", "json"), hello.slimdeploy("push", "-o", "json")
    assert first.json["uploaded"]
    assert not second.json["uploaded"]
    assert first.json["image"] == second.json["image"] == hello.slimdeploy("push").stdout.strip()


def test_render_asks_no_cluster(hello: Project) -> None:
    hello.environment["KUBECONFIG"] = "/nowhere"
    hello.write(slim__toml='image.repository = "registry.example.com/hello"\ncluster.context = "prod"\n')
    objects = list(yaml.safe_load_all(hello.slimdeploy("render").stdout))
    assert [each["kind"] for each in objects] == ["ServiceAccount", "Service", "PodDisruptionBudget", "Deployment"]
    assert {each["metadata"]["namespace"] for each in objects} == {"hello"}


@pytest.mark.parametrize("name", ["hello", "shop"])
def test_manifests_shows_what_the_examples_render_to(project: Project, name: str) -> None:
    """manifests/NAME.yaml is `slimdeploy render` in examples/NAME, but for the digest, which Go's version changes."""
    shutil.copytree(ROOT / "examples" / name, project.folder, dirs_exist_ok=True)
    project.environment["SHOP_DB_URL"] = "postgres://shop@db/shop"
    rendered = project.slimdeploy("render", "-n", name, "--with-secrets").stdout
    shown = (ROOT / f"manifests/{name}.yaml").read_text()
    assert without_digests(rendered) == without_digests(shown)


def without_digests(text: str) -> str:
    """Of images, and of the Job that is named after what it runs."""
    return re.sub(r"(@sha256:)[0-9a-f]{64}|(-migrate-)[0-9a-f]{10}", r"\1\2...", text)


@pytest.mark.parametrize(
    ("arguments", "code", "text"),
    [
        (["ups"], 64, "did you mean up?"),
        (["up", "--timeout", "5"], 64, "unit"),
        (["up", "--no-such"], 64, "--no-such"),
        (["up", "-n", "x"], 64, "--namespace needs a cluster"),
        (["up", "--file", "missing.toml"], 66, "missing.toml"),
        (["up", "-P", "prod"], 66, "slim.toml"),
        (["build", "-C", "/proc"], 66, "go.mod"),
        (["build", "--platform", ""], 64, "'--platform': is empty"),
        (["build", "-C", "/nope"], 66, "there is no folder /nope"),
        (["up", "-C", "main.go"], 66, "main.go is no folder"),
        (["schedule", "show", "--via", "cluster"], 64, "--image"),
    ],
)
def test_wrong_command_lines(hello: Project, arguments: list[str], code: int, text: str) -> None:
    result = hello.slimdeploy(*arguments)
    assert result.code == code, result
    assert text in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr


def test_config_errors_come_together_with_their_places(hello: Project) -> None:
    hello.write(slim__toml='[app]\nprot = 8080\nname = "My_App"\n')
    result = hello.slimdeploy("build")
    assert result.code == 65
    assert "slim.toml:2:1: error: " in result.stderr
    assert "slim.toml:3:" in result.stderr
    assert '"port"' in result.stderr
    document = hello.slimdeploy("build", "-o", "json").json
    assert [problem["line"] for problem in document["error"]["problems"]] == [2, 3]


def test_files_that_are_not_there_are_wrong_in_slim_toml(hello: Project) -> None:
    files = '[[image.files]]\nfrom = "{}"\nto = "/{}"\n'
    hello.write(slim__toml=files.format("*.nope", "a") + files.format("nope", "b"))
    result = hello.slimdeploy("build")
    assert result.code == 65
    assert "slim.toml:2:1: error: image.files[0].from: *.nope names no file" in result.stderr
    assert "slim.toml:5:1: error: image.files[1].from: nope does not exist" in result.stderr


def test_a_goflags_that_runs_programs_is_refused(hello: Project) -> None:
    hello.environment["GOFLAGS"] = "-toolexec=/bin/true"
    assert hello.slimdeploy("build").code == 78


def test_a_closed_pipe_is_no_error(hello: Project) -> None:
    process = hello.start("render")
    assert process.stdout is not None
    process.stdout.close()
    assert process.wait(60) in (0, 141)
    assert "Traceback" not in (process.stderr.read() if process.stderr else "")
    if process.stderr:
        process.stderr.close()


def test_init_writes_a_file_that_builds(hello: Project) -> None:
    assert hello.slimdeploy("init").code == 0
    assert hello.slimdeploy("build").code == 0
    again = hello.slimdeploy("init")
    assert (again.code, "is there already" in again.stderr) == (64, True)


def test_init_chooses_among_several_programs(project: Project) -> None:
    main = "package main\n\nfunc main() {}\n"
    project.write(go__mod=go_mod("tools"), **{"cmd/a/main__go": main, "cmd/b/main__go": main})
    refused = project.slimdeploy("build")
    assert (refused.code, "./cmd/a, ./cmd/b" in refused.stderr) == (80, True)
    project.slimdeploy("init")
    assert "# or: ./cmd/b" in (project.folder / "slim.toml").read_text()
    assert project.slimdeploy("build").code == 0


def test_schedules_hold_absolute_paths(hello: Project) -> None:
    line = hello.slimdeploy("schedule", "show", "--via", "cron").stdout
    assert line.startswith("0 3 * * * /usr/bin/env -i ")
    assert f"redeploy --directory {hello.folder}" in line
    units = hello.slimdeploy("schedule", "show", "--via", "systemd").stdout
    assert "OnCalendar=*-*-* 3:0:00" in units
    cluster = ("--via", "cluster", "--context", "prod", "--image", "registry.example.com/redeployer:1")
    kinds = [each["kind"] for each in yaml.safe_load_all(hello.slimdeploy("schedule", "show", *cluster).stdout)]
    assert kinds == ["ServiceAccount", "Role", "RoleBinding", "CronJob"]


def test_the_printed_crontab_command_runs(hello: Project, registry: Registry) -> None:
    """With nothing but what the line itself says; it goes as far as the cluster, which is not there."""
    hello.write(slim__toml=f'image.repository = "{registry.address}/cron/hello"\ncluster.context = "nowhere"\n')
    line = hello.slimdeploy("schedule", "show", "--via", "cron").stdout
    command = line.split(maxsplit=5)[5].replace(r"\%", "%").strip()
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, env={}, cwd="/", check=False)
    assert done.returncode in (66, 89), done


def test_help_is_quick_and_names_every_verb() -> None:
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "slimdeploy", "--help"],
        capture_output=True, text=True, check=True, env=os.environ,
    )  # fmt: skip
    for verb in (
        "up",
        "build",
        "push",
        "render",
        "diff",
        "status",
        "logs",
        "down",
        "redeploy",
        "schedule",
        "init",
        "version",
    ):
        assert f"  {verb} " in done.stdout
    for heavy in ("pydantic", "kubernetes", "rich", "sh"):
        assert f" {heavy}\n" not in done.stderr, f"--help must not import {heavy}"


def test_what_was_valid_is_not_held_to_the_rules_again(hello: Project) -> None:
    """They are pydantic's, which takes a third of the time of a run that changes nothing."""
    assert hello.slimdeploy("build").code == 0
    hello.environment["PYTHONPROFILEIMPORTTIME"] = "1"
    imported = hello.slimdeploy("build").stderr
    assert " slimdeploy.pipeline\n" in imported
    assert " pydantic\n" not in imported


def test_a_registry_that_refuses_ends_the_build_at_once(hello: Project, registry: Registry) -> None:
    with proxy_to(registry.address, Fault("status", "POST", status=403)) as proxy:
        slow = "static.rebuild_all = true\n"
        hello.write(slim__toml=f'image.repository = "{proxy.address}/team/hello"\n{slow}')
        result = hello.slimdeploy("push")
    assert result.code == 77, result
    assert f"nobody may not push to team/hello on {proxy.address}" in result.stderr
    assert "  image " not in result.stderr


def test_a_registry_that_hangs_ends_with_69(hello: Project, registry: Registry) -> None:
    with proxy_to(registry.address, Fault("hang")) as proxy:
        hello.write(slim__toml=f'image.repository = "{proxy.address}/team/hello"\n')
        result = hello.slimdeploy("push", "--push-timeout", "2s")
    assert result.code == 69, result
    assert "was not done within 2 s" in result.stderr


def test_the_image_as_a_layout_and_as_an_archive(hello: Project) -> None:
    digest = hello.slimdeploy("build", "--output-image", "oci:out/layout").stdout.strip().partition("@")[2]
    assert digest in (hello.folder / "out/layout/index.json").read_text()
    result = hello.slimdeploy("build", "--output-image", "docker-archive:out/hello.tar")
    assert (result.code, (hello.folder / "out/hello.tar").is_file()) == (0, True), result
    assert hello.slimdeploy("build", "--output-image", "tar:x").code == 64
