"""Into podman's store: once, under its digest, and nothing is left of it when it is removed."""

from __future__ import annotations

import json
import secrets
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Delivered, Image
from slimdeploy.artifacts.deploy_plan import LocalTarget, StorePlan
from slimdeploy.artifacts.plan import Platform
from slimdeploy.artifacts.release import Order
from slimdeploy.build.index import make_index
from slimdeploy.build.layout import blob
from slimdeploy.deliver.store import load
from slimdeploy.deploy.podman.local import Local
from slimdeploy.errors import PushFailed
from slimdeploy.events import Step
from slimdeploy.manifests.labels import labels
from slimdeploy.pipeline import up
from slimdeploy.plan.deploy import Overrides
from slimdeploy.tools.go import host
from slimdeploy.tools.podman import Podman, local_engine
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.upkeep import down as pipeline_down
from slimdeploy.workbench import Request
from tests.build.conftest import variables
from tests.unit.samples import config, workload

Make = Callable[[], Image]


@pytest.fixture
def podman() -> Podman:
    return Podman(local_engine())


@pytest.fixture
def app(podman: Podman) -> Iterator[str]:
    """The name of an app that nobody else has; its container and its images are gone afterwards."""
    name = f"t-{secrets.token_hex(4)}"
    yield name
    down(name, podman)


def loaded(app: str, image: Image, podman: Podman) -> Delivered:
    return load(StorePlan(f"localhost/{app}"), image, Skopeo(), podman)


def down(app: str, podman: Podman) -> None:
    Local(workload(app=app), LocalTarget(), podman, 10.0).down(Order(), False, Step("down", lambda _: None))


def image_id(image: Image) -> str:
    """An image's id in a store is the digest of its config."""
    found: str = json.loads(blob(image.layout, image.digest).read_bytes())["config"]["digest"]
    return found.removeprefix("sha256:")


def test_loaded_once(app: str, image: Image, podman: Podman) -> None:
    reference = f"localhost/{app}@{image.digest}"
    assert loaded(app, image, podman) == Delivered(reference, image.digest, uploaded=True)
    assert loaded(app, image, podman) == Delivered(reference, image.digest, uploaded=False)


def test_podman_finds_it_by_digest(app: str, image: Image, podman: Podman) -> None:
    reference = loaded(app, image, podman).reference
    found = podman.inspect_image(reference)
    assert found is not None
    assert found["Digest"] == image.digest
    assert found["Id"] == image_id(image)


def test_of_several_platforms_this_machines_runs(app: str, make_image: Make, podman: Podman, tmp_path: Path) -> None:
    """Under the index's digest."""
    images = [replace(make_image(), platform=each) for each in (Platform("linux", "s390x"), host())]
    index = make_index(images, host().architecture, tmp_path)
    assert [loaded(app, index, podman).uploaded for _ in range(2)] == [True, False]
    found = podman.inspect_image(f"localhost/{app}@{index.digest}")
    assert found is not None
    assert (found["Digest"], found["Id"]) == (index.digest, image_id(images[1]))


def test_the_name_goes_to_the_newest(app: str, make_image: Make, podman: Podman) -> None:
    one, two = make_image(), make_image()
    assert [loaded(app, each, podman).uploaded for each in (one, two, two, one)] == [True, True, False, True]
    found = podman.inspect_image(f"localhost/{app}:latest")
    assert found is not None
    assert found["Digest"] == one.digest


def test_an_image_that_is_not_there(podman: Podman) -> None:
    assert podman.inspect_image("localhost/nobody-has-this:latest") is None
    assert podman.inspect("nobody-has-this") is None
    assert podman.images("localhost/nobody-has-this") == ()


def test_down_leaves_no_image(app: str, make_image: Make, podman: Podman) -> None:
    images = [make_image() for _ in range(3)]
    for image in images:
        loaded(app, image, podman)
    down(app, podman)
    assert [image for image in images if podman.inspect_image(image_id(image))] == []


def test_an_image_that_still_runs_goes_with_its_container(app: str, make_image: Make, podman: Podman) -> None:
    one, two = make_image(), make_image()
    loaded(app, one, podman)
    named = [f"--name=slimdeploy-{app}", *(f"--label={key}={value}" for key, value in labels(app).items())]
    subprocess.run(["podman", *podman.engine.flags, "create", "-q", *named, f"localhost/{app}"], check=True)
    loaded(app, two, podman)
    assert podman.inspect_image(image_id(one)) is not None
    down(app, podman)
    assert [podman.inspect_image(image_id(image)) for image in (one, two)] == [None, None]


def test_the_previous_image_goes_when_a_new_one_runs(
    app: str, tmp_path: Path, podman: Podman, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in variables(tmp_path / "cache").items():
        monkeypatch.setenv(name, value)
    project = tmp_path / "project"
    project.mkdir()
    request = Request(project, config(app={"name": app, "ports": []}), Overrides())
    (project / "go.mod").write_text("module example.com/sleeper\n\ngo 1.21\n")
    images = [up(write_sleeper(request, text), lambda _: None).image for text in ("one", "two")]
    assert podman.inspect_image(images[1]) is not None
    assert len(podman.images(f"localhost/{app}")) == 1
    assert podman.inspect_image(images[0]) is None
    pipeline_down(request, lambda _: None)
    assert podman.images(f"localhost/{app}") == ()


def write_sleeper(request: Request, text: str) -> Request:
    source = f'package main\n\nimport "time"\n\nfunc main() {{\n\tprintln("{text}")\n\ttime.Sleep(time.Hour)\n}}\n'
    (request.project / "main.go").write_text(source)
    return request


def test_a_name_that_the_user_gave_is_kept(app: str, make_image: Make, podman: Podman) -> None:
    one, two, mine = make_image(), make_image(), f"localhost/mine-{app}:1"
    loaded(app, one, podman)
    subprocess.run(["podman", *podman.engine.flags, "tag", f"localhost/{app}:latest", mine], check=True)
    loaded(app, two, podman)
    try:
        found = podman.inspect_image(mine)
        assert found is not None
        assert found["Digest"] == one.digest
    finally:
        podman.remove_image(mine)


def test_down_leaves_the_images_of_others(app: str, image: Image, podman: Podman) -> None:
    longer = f"{app}-2"
    try:
        loaded(longer, image, podman)
        down(app, podman)
        assert podman.inspect_image(f"localhost/{longer}:latest") is not None
    finally:
        down(longer, podman)


def test_a_damaged_layout_is_not_loaded(app: str, make_image: Make, podman: Podman, tmp_path: Path) -> None:
    image = make_image()
    copy = tmp_path / "layout"
    subprocess.run(["cp", "-r", image.layout, copy], check=True)
    layer = max((copy / "blobs" / "sha256").iterdir(), key=lambda file: file.stat().st_size)
    layer.write_bytes(layer.read_bytes()[:-1] + b"x")
    with pytest.raises(PushFailed, match="did not take the image") as failure:
        loaded(app, replace(image, layout=copy), podman)
    assert failure.value.code == 83
    assert failure.value.details
