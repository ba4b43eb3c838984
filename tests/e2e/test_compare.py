"""`slimdeploy compare`: the ladder with bases from a registry on loopback, and with bases that cannot be had."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cluster.registry import Registry
from tests.e2e.browser import ask
from tests.e2e.conftest import Project

SHOWN = """
const bars = [...document.querySelectorAll('table.chart td.b i')].map(bar =>
  bar.getBoundingClientRect().width / bar.parentElement.getBoundingClientRect().width);
return { bars, headings: [...document.querySelectorAll('h2')].map(each => each.textContent),
  wide: document.documentElement.scrollWidth - document.documentElement.clientWidth };
"""


@pytest.fixture(scope="module")
def base(registry: Registry, tmp_path_factory: pytest.TempPathFactory) -> str:
    """busybox, as an image in a registry."""
    folder, name = tmp_path_factory.mktemp("base"), f"{registry.address}/busybox:1"
    busybox = next(each for each in ("/bin/busybox", "/usr/bin/busybox") if Path(each).exists())
    store = ["--root", str(folder / "root"), "--runroot", str(folder / "run"), "--storage-driver", "vfs"]

    def buildah(*arguments: str) -> str:
        return subprocess.run(
            ["buildah", *store, *arguments], check=True, capture_output=True, text=True
        ).stdout.strip()

    container = buildah("from", "scratch")
    buildah("copy", "-q", container, busybox, "/bin/busybox")
    buildah("commit", "-q", "--tls-verify=false", container, f"docker://{name}")
    return name


def test_the_ladder(hello: Project, base: str, registry: Registry, tmp_path: Path) -> None:
    page, before = tmp_path / "ladder.html", registry.mark()
    bases = ["--full", "oci:nowhere", "--small", f"{registry.address}/nothing:1", "--base", base]
    result = hello.slimdeploy("compare", *bases, "-o", "json", "--html", str(page))
    assert result.code == 0, result
    rungs = {each["name"]: each for each in result.json["rungs"]}
    assert list(rungs) == ["full", "small", "builder", "scratch"]
    assert [each["skipped"] for each in rungs.values()] == [True, True, False, False]
    assert rungs["full"]["note"].startswith("there is no image that can be read: ")
    builder, scratch = rungs["builder"], rungs["scratch"]
    assert builder["size"] > scratch["size"] > 5_000_000
    assert builder["compressed_size"] > scratch["compressed_size"]
    for rung in (builder, scratch):
        assert 0 < rung["push"] < 60, rung
        assert 0 < rung["pull"] < 60, rung
        assert 0 < rung["start"] < 20, rung
        assert rung["cold_start"] == pytest.approx(rung["pull"] + rung["start"])
    assert before.uploads() == []  # ours is on loopback, too, and another one
    seen = ask(page, SHOWN)
    assert seen["bars"][0] > 0.85
    assert seen["bars"][1] / seen["bars"][0] == pytest.approx(scratch["size"] / builder["size"], abs=0.02)
    assert (seen["headings"][-1], seen["wide"]) == ("Not measured", 0)
    left = subprocess.run(
        ["podman", "ps", "--all", "--format", "{{.Names}}"], capture_output=True, text=True, check=True
    )
    assert "slimdeploy-compare" not in left.stdout
    assert not list((Path(hello.environment["XDG_CACHE_HOME"]) / "slimdeploy/work").glob("*/"))


def test_through_a_registry_that_is_named(hello: Project, base: str, registry: Registry) -> None:
    """A program that does not start: sizes and times are there, and why it has no start."""
    hello.write(main__go='package main\n\nimport "os"\n\nfunc main() { println("no database"); os.Exit(3) }\n')
    repository, before = f"{registry.address}/ladder", registry.mark()
    result = hello.slimdeploy(
        "compare", "--full", "oci:nowhere", "--small", "oci:nowhere", "--base", base, "--registry", repository
    )
    assert result.code == 0, result
    assert before.uploads()
    assert f"Push and pull through {repository}" in result.stdout
    assert "scratch: the program ended with exit code 3: no database" in result.stdout


NO_BASES = ("--full", "oci:nowhere", "--small", "oci:nowhere", "--base", "oci:nowhere")


def test_a_ladder_without_a_single_rung_is_a_failure(hello: Project, port: int) -> None:
    result = hello.slimdeploy("compare", *NO_BASES, "--registry", f"127.0.0.1:{port}/nobody")
    assert (result.code, result.stdout) == (83, ""), result
    assert "no image of the ladder could be pushed and pulled" in result.stderr
    assert "  scratch: " in result.stderr
    assert f"127.0.0.1:{port}" in result.stderr


@pytest.mark.parametrize("name", ["bad..host/x", "bad..host", "https://host.example/x"])
def test_a_registry_that_cannot_be_one_is_refused_before_anything_is_built(hello: Project, name: str) -> None:
    result = hello.slimdeploy("compare", "--registry", name)
    assert (result.code, "  compile " in result.stderr) == (64, False), result
