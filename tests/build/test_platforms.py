"""Several platforms: one image each, the same as if it was built alone, and an index whose digest is the digest."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from slimdeploy.artifacts.deploy_plan import RegistryPlan
from slimdeploy.build.layout import blob
from slimdeploy.config.model import Config
from slimdeploy.deliver import file
from slimdeploy.deliver.file import OutputImage
from slimdeploy.deliver.registry import push
from slimdeploy.errors import CompileFailed
from slimdeploy.events import Event, StepDone, Warned
from slimdeploy.facts.source import SETTLED
from slimdeploy.tools.go import host
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.workbench import Built
from tests.build import programs
from tests.build.conftest import Workshop
from tests.cluster.registry import Registry
from tests.deliver.images import silent
from tests.unit.samples import config

SEVERAL = ("linux/arm64", "linux/amd64", "linux/arm/v6")
"""v6 shows in the descriptor; `plain` needs 40 packages of the standard library, 5 s on each platform."""


def on(*platforms: str) -> Config:
    return config(build={"platforms": list(platforms)})


@pytest.fixture(scope="module")
def several(shared: Workshop, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Built]:
    """The project and its image."""
    project = programs.write("plain", tmp_path_factory.mktemp("several"))
    time.sleep(2 * SETTLED)  # so that the sources do not look as if they still changed
    return project, shared.build(project, on(*SEVERAL))


def test_the_index_names_each_platform(several: tuple[Path, Built]) -> None:
    image = several[1].image
    index = json.loads(blob(image.layout, image.digest).read_bytes())
    assert index["mediaType"] == "application/vnd.oci.image.index.v1+json"
    assert [each["platform"] for each in index["manifests"]] == [
        {"architecture": "amd64", "os": "linux"},
        {"architecture": "arm", "os": "linux", "variant": "v6"},
        {"architecture": "arm64", "os": "linux"},
    ]
    assert [each["digest"] for each in index["manifests"]] == [each.digest for each in image.variants]
    assert image.platform == host()
    assert image.compressed_size == sum(each.compressed_size for each in image.variants)


def test_each_is_what_it_would_be_alone(shared: Workshop, several: tuple[Path, Built]) -> None:
    project, built = several
    alone = [shared.build(project, on(platform)).image for platform in sorted(SEVERAL)]
    assert [each.digest for each in alone] == [each.digest for each in built.image.variants]
    assert not alone[0].variants


def test_the_order_does_not_matter_and_nothing_is_built_twice(shared: Workshop, several: tuple[Path, Built]) -> None:
    project, built = several
    again = shared.build(project, on(*reversed(SEVERAL)), seen := list[Event]()).image
    assert again == built.image
    assert [event.step for event in seen if isinstance(event, StepDone)] == ["build"]


def test_what_was_damaged_is_made_again(shared: Workshop, several: tuple[Path, Built]) -> None:
    project, built = several
    shutil.rmtree(built.image.variants[1].layout)
    blob(built.image.layout, built.image.variants[0].digest).unlink()
    image = shared.build(project, on(*SEVERAL), seen := list[Event]()).image
    assert (image.digest, [event.step for event in seen if isinstance(event, StepDone)]) == (
        built.image.digest,
        ["compile", "image"],
    )


def test_a_registry_holds_all_of_it(several: tuple[Path, Built], registry: Registry) -> None:
    image, plan = several[1].image, RegistryPlan(f"{registry}/several", "v1", insecure=True)
    step, _ = silent()
    assert push(plan, image, Skopeo(insecure=True), step).uploaded
    assert not push(plan, image, Skopeo(insecure=True), step).uploaded
    skopeo = Skopeo(insecure=True)
    assert skopeo.digest(f"{registry}/several:v1") == image.digest
    for each in image.variants:
        assert skopeo.digest(f"{registry}/several@{each.digest}") == each.digest


def test_files_hold_all_or_the_one_of_this_machine(several: tuple[Path, Built], tmp_path: Path) -> None:
    image = several[1].image
    file.write(OutputImage("oci", tmp_path / "oci"), image, "x/y:v1")
    named = json.loads((tmp_path / "oci/index.json").read_text())["manifests"][0]
    assert (named["digest"], len(list((tmp_path / "oci/blobs/sha256").iterdir()))) == (image.digest, 10)
    said = file.write(OutputImage("docker-archive", tmp_path / "x.tar"), image, "x/y:v1")
    assert said.endswith(f"x.tar, linux/{host().architecture} alone: docker's format holds one platform")
    command = ["skopeo", "inspect", "--config", f"docker-archive:{tmp_path / 'x.tar'}"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert found["architecture"] == host().architecture


def test_a_failure_on_one_platform_is_said_once(workshop: Workshop, project: Callable[[str], Path]) -> None:
    module = project("plain")
    (module / "x_arm64.go").write_text("package main\n\nfunc broken() { return 1 }\n")
    with pytest.raises(CompileFailed):
        workshop.build(module, on("linux/amd64", "linux/arm64"), seen := list[Event]())
    assert not [event for event in seen if isinstance(event, Warned)]
