"""Platforms and nodes: an index runs from its own digest, an image for nobody is refused, the nodes can be asked."""

from __future__ import annotations

from pathlib import Path

from tests.cluster.cluster import Cluster
from tests.e2e.conftest import HELLO, Project, for_cluster
from tests.e2e.test_apply_rights import kubeconfig_of

SEVERAL = '[build]\nplatforms = ["linux/amd64", "linux/arm64"]'


def test_an_index_runs_and_nothing_happens_twice(deployed: Project, cluster: Cluster, namespace: str) -> None:
    deployed.write(slim__toml=for_cluster(cluster, namespace, more=SEVERAL))
    deployed.write(main__go=HELLO.replace("Hello", f"Hello {namespace}"))
    digest = deployed.slimdeploy("build").stdout.strip().partition("@")[2]
    assert deployed.up("-o", "json").json["image"].endswith(digest)
    assert "nothing changed: 2 ready" in deployed.up().stderr


def test_an_image_that_no_node_can_run_is_refused(deployed: Project) -> None:
    result = deployed.slimdeploy("up", "--platform", "linux/arm64,linux/s390x")
    assert result.code == 78, result
    assert "no node can run an image for linux/arm64, linux/s390x" in result.stderr
    assert 'name them: ["linux/amd64"]' in result.stderr


def test_the_nodes_are_asked(deployed: Project, cluster: Cluster, namespace: str, tmp_path: Path) -> None:
    found = deployed.slimdeploy("build", "--platform", "cluster", "-o", "json").json
    assert [each["platform"] for each in found["platforms"]] == ["linux/amd64"]
    stranger = kubeconfig_of("stranger", cluster, namespace, tmp_path)
    result = deployed.slimdeploy("render", "--platform", "cluster", "--kubeconfig", stranger)
    assert result.code == 77, result
    assert 'build.platforms = "cluster" asks for the nodes, and we may not list them' in result.stderr
    assert 'name them instead: build.platforms = ["linux/amd64"]' in result.stderr


def test_the_clusters_platforms_without_a_cluster(project: Project) -> None:
    project.write(go__mod="module example.com/here\n", main__go="package main\n\nfunc main() {}\n")
    result = project.slimdeploy("build", "--platform", "cluster")
    assert result.code == 0, result
    assert 'platforms are "cluster", and no cluster is named: it is built for this machine, linux/' in result.stderr


def test_each_platform_has_the_program_that_is_for_it(project: Project) -> None:
    """What is known of these sources for one platform says nothing about another."""
    main = "package main\n\nfunc main() {}\n"
    project.write(**{"go__mod": "module example.com/two\n", "cmd/a/a_amd64__go": main, "cmd/b/b_arm64__go": main})
    for platform in ("linux/amd64", "linux/arm64", "linux/amd64"):
        result = project.slimdeploy("build", "--platform", platform)
        assert result.code == 0, result
    assert "unchanged" in result.stderr


def test_platforms_on_the_command_line(project: Project) -> None:
    result = project.slimdeploy("build", "--platform", "linux/amd64,windows/amd64")
    assert result.code == 64, result
    assert "windows images cannot be made here" in result.stderr
