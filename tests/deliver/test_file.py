"""`build --output-image`, read back by skopeo."""

from __future__ import annotations

import json
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Image
from slimdeploy.deliver.file import OutputImage, write
from slimdeploy.errors import PushFailed, UsageError
from slimdeploy.tools.skopeo import Skopeo
from tests.deliver.images import make_image

NAME = "registry.example.com/team/hello:v1"


def inspect(source: str, *options: str) -> dict[str, object]:
    done = subprocess.run(["skopeo", "inspect", *options, source], capture_output=True, text=True, check=True)
    document: dict[str, object] = json.loads(done.stdout)
    return document


def test_a_layout_keeps_the_digest_and_what_is_there(image: Image, tmp_path: Path) -> None:
    output = OutputImage.parse(f"oci:{tmp_path / 'new' / 'layout'}")
    write(output, image, NAME, Skopeo())
    write(output, make_image(tmp_path / "other"), NAME.replace("v1", "v2"), Skopeo())
    assert inspect(f"oci:{output.path}:v1")["Digest"] == image.digest
    assert len(json.loads((output.path / "index.json").read_text())["manifests"]) == 2


def test_an_archive_holds_name_and_settings_and_is_replaced(image: Image, tmp_path: Path) -> None:
    output = OutputImage.parse(f"docker-archive:{tmp_path / 'hello.tar'}")
    for _ in range(2):
        write(output, image, NAME, Skopeo())
    assert inspect(f"docker-archive:{output.path}", "--config")["config"] == {
        "Entrypoint": ["/program"],
        "User": "65532:65532",
    }
    with tarfile.open(output.path) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest
        assert json.load(manifest)[0]["RepoTags"] == [NAME]
    assert [each.name for each in tmp_path.iterdir() if ".new" in each.name] == []


def test_an_archive_of_zstd_layers(image: Image, tmp_path: Path) -> None:
    """docker's format does not know them."""
    Skopeo().compress(image.layout, tmp_path / "zstd", "zstd")
    output = OutputImage.parse(f"docker-archive:{tmp_path / 'new' / 'hello.tar'}")
    write(output, replace(image, layout=tmp_path / "zstd"), NAME, Skopeo())
    assert (
        inspect(f"docker-archive:{output.path}", "--config")["config"]
        == inspect(f"oci:{image.layout}", "--config")["config"]
    )
    assert [each.name for each in output.path.parent.iterdir()] == ["hello.tar"]


@pytest.mark.parametrize("text", ["layout", "oci:", "docker:x", "oci:a:b", "docker-archive:/x/y.tar:name"])
def test_what_it_is_not(text: str) -> None:
    with pytest.raises(UsageError, match="--output-image"):
        OutputImage.parse(text)


def test_a_folder_of_something_else_is_left_alone(image: Image, tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "main.go").touch()
    for text in (f"oci:{tmp_path / 'src'}", f"oci:{tmp_path / 'src/main.go'}", f"docker-archive:{tmp_path / 'src'}"):
        with pytest.raises(UsageError):
            write(OutputImage.parse(text), image, NAME, Skopeo())


@pytest.mark.parametrize("target", ["/proc/x.tar", "/dev/full/x.tar"])
def test_a_place_that_cannot_be_written(image: Image, target: str) -> None:
    for text in (f"docker-archive:{target}", f"oci:{target}"):
        with pytest.raises(PushFailed, match="cannot write") as refused:
            write(OutputImage.parse(text), image, NAME, Skopeo())
        assert "level=" not in refused.value.details[0]
        assert "oci:FOLDER" in refused.value.hint
