"""What is not there, or does not run, is said at once, and with the verb that mends it."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from slimdeploy.state.locks import locked
from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project, for_cluster
from tests.e2e.test_killed import descendants_in
from tests.waiting import PATIENCE, comes_true

NEEDY = (("restart",), ("debug",), ("port-forward",))


@pytest.mark.parametrize("verb", NEEDY)
def test_what_needs_something_that_runs_says_that_nothing_does(
    deployed: Project, namespace: str, verb: tuple[str, ...]
) -> None:
    result = deployed.slimdeploy(*verb)
    assert (result.code, f"hello is not deployed in {namespace}" in result.stderr) == (64, True), result
    assert "next: slimdeploy up deploys it" in result.stderr
    assert "nothing runs" in deployed.slimdeploy("logs").stderr


def test_a_namespace_that_does_not_exist_is_named(deployed: Project) -> None:
    said = "namespace absent does not exist on "
    for verb in NEEDY:
        result = deployed.slimdeploy(*verb, "-n", "absent")
        assert (result.code, said in result.stderr) == (64, True), result
    for look in ("status", "history", "logs"):
        result = deployed.slimdeploy(look, "-n", "absent")
        assert (result.code, said in result.stdout + result.stderr) == (0, True), result


def test_no_copies_is_scaled_to_zero(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.write(slim__toml=for_cluster(cluster, namespace, more="[deploy]\nreplicas = 0"))
    deployed.up()
    assert "nothing changed: scaled to zero on " in deployed.up().stderr
    assert f"hello on {cluster.context}/{namespace}: scaled to zero\n" in deployed.slimdeploy("status").stdout
    assert "scaled to zero: there was no copy" in deployed.slimdeploy("restart").stderr
    process = deployed.start("port-forward", ":8080")
    assert process.stderr is not None
    assert process.stderr.readline().startswith("warning: hello is scaled to zero: nothing serves")
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)


def test_a_conflict_about_the_image_has_ways_out_that_can_be_gone(
    deployed: Project, cluster: Cluster, namespace: str
) -> None:
    deployed.up()
    assert "no copy was started again" in deployed.slimdeploy("logs", "-p").stderr
    cluster.kubectl("-n", namespace, "set", "image", "deployment/hello", "hello=busybox")
    result = deployed.slimdeploy("diff")
    assert result.code == 85, result
    assert "let slim.toml say" not in result.stderr
    ways = [line.partition("next: ")[2] for line in result.stderr.splitlines() if "next: " in line]
    assert ways == [
        "take them over: --force-conflicts",
        "kubectl-set wrote them by update, and keeps them until then",
    ]
    assert deployed.slimdeploy("diff", "-o", "json").json["error"]["next"] == ways


FINE = '{ op = "add", path = "/spec/paused", value = false },'


@pytest.mark.parametrize(
    ("operation", "words"),
    [
        ('path = "/spec/nonsense", value = 1', "Kubernetes knows no spec.nonsense in a Deployment"),
        (
            'path = "/spec/template/spec/containers/0/odd", value = { a = 1 }',
            'Kubernetes knows no spec.template.spec.containers[name="hello"].odd in a Deployment',
        ),
        (
            'path = "/spec/minReadySeconds", value = "x"',
            "spec.minReadySeconds of a Deployment: expected numeric (int or float), got string",
        ),
    ],
)
def test_a_field_that_kubernetes_does_not_know_is_said_at_its_patch(
    deployed: Project, cluster: Cluster, namespace: str, operation: str, words: str
) -> None:
    """One a run: of several, the API server names those that it happens to come to."""
    patch = f'[[patch]]\nkind = "Deployment"\nops = [\n{FINE}\n{{ op = "add", {operation} }}]'
    deployed.write(slim__toml=for_cluster(cluster, namespace, more=patch))
    line = (deployed.folder / "slim.toml").read_text().splitlines().index(FINE) + 2
    result = deployed.slimdeploy("diff")
    assert result.code == 65, result
    assert f"slim.toml:{line}:" in result.stderr
    assert f"patch[0].ops[1]: {words}" in result.stderr
    assert "500" not in result.stderr


def test_unknown_fields_of_several_objects_are_each_said_at_their_patch(
    deployed: Project, cluster: Cluster, namespace: str
) -> None:
    patches = (
        '[[patch]]\nkind = "Deployment"\nname = "hello"\n',
        '[[patch]]\nkind = "Service"\n',
        '[[patch]]\nkind = "Deployment"\nname = "hello-worker"\n',
    )
    wrong = 'ops = [{ op = "add", path = "/spec/nonsense", value = 1 }]\n'
    worker = '[processes.worker]\nargs = ["work"]\n'
    deployed.write(slim__toml=for_cluster(cluster, namespace, more=worker + wrong.join((*patches, ""))))
    lines = (deployed.folder / "slim.toml").read_text().splitlines()
    at = [number for number, line in enumerate(lines, 1) if line == wrong.strip()]
    result = deployed.slimdeploy("diff")
    assert result.code == 65, result
    for index, (line, kind) in enumerate(zip(at, ("Deployment", "Service", "Deployment"), strict=True)):
        assert f"slim.toml:{line}:" in result.stderr, result
        assert f"patch[{index}].ops[0]: Kubernetes knows no spec.nonsense in a {kind}" in result.stderr


def test_a_kubeconfig_that_does_not_exist_is_66(deployed: Project) -> None:
    by_flag = deployed.slimdeploy("status", "--kubeconfig", "/nonexist")
    deployed.environment["KUBECONFIG"] = "/nonexist"
    for result in (by_flag, deployed.slimdeploy("status")):
        assert (result.code, "there is no kubeconfig: /nonexist does not exist" in result.stderr) == (66, True), result


def test_diff_waits_for_another_run_if_it_is_told_to(hello: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from slimdeploy.state.places import project_folder

    monkeypatch.setenv("XDG_CACHE_HOME", hello.environment["XDG_CACHE_HOME"])
    with locked(project_folder(Path(hello.folder)), "this"):
        refused = hello.slimdeploy("diff")
        assert (refused.code, "--lock-wait 5m waits" in refused.stderr) == (75, True), refused
        began = time.monotonic()
        assert hello.slimdeploy("diff", "--lock-wait", "2s").code == 75
        assert time.monotonic() - began > 2
    assert hello.slimdeploy("diff", "--lock-wait", "2s").code == 0


def test_a_step_that_ctrl_c_ends_was_interrupted(hello: Project) -> None:
    hello.write(slim__toml="static.rebuild_all = true\n")
    process = hello.start("build")
    compilers = str(hello.folder.parent / "cache/slimdeploy/work")
    assert comes_true(lambda: any(f"/compile -o {compilers}" in each for each in descendants_in(hello.folder.parent)))
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130, stderr
    assert " s  interrupted\n" in stderr
    assert " s  failed\n" not in stderr


def test_a_step_that_is_ended_since_another_one_failed_says_nothing(hello: Project) -> None:
    hello.write(slim__toml='static.rebuild_all = true\nimage.repository = "registry.exmaple.invalid/team/hello"\n')
    result = hello.slimdeploy("push")
    assert (result.code, "no host registry.exmaple.invalid" in result.stderr) == (69, True), result
    assert "compile" not in result.stderr, result


def test_a_step_that_fails_for_one_platform_failed(hello: Project) -> None:
    hello.write(
        main__go="package main\n\nfunc main() { start() }\n", start_amd64__go="package main\n\nfunc start() {}\n"
    )
    hello.write(slim__toml='build.platforms = ["linux/amd64", "linux/arm64"]\n')
    result = hello.slimdeploy("build")
    assert (result.code, "undefined: start" in result.stderr) == (80, True), result
    assert "interrupted" not in result.stderr
    assert " s  failed\n" in result.stderr
