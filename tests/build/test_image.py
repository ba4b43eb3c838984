"""What an image holds: what the program needs, owned by root, with fixed modes, and no trace of when and where."""

from __future__ import annotations

import json
import stat
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from slimdeploy.artifacts.build import Image
from slimdeploy.build.layout import blob, read_layout
from slimdeploy.config.assets import CERTIFICATES
from slimdeploy.events import Event, StepDone
from slimdeploy.workbench import Built
from tests.build import programs
from tests.build.conftest import Workshop
from tests.unit.samples import config


def read(image: Image, digest: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(blob(image.layout, digest).read_bytes())
    return found


def manifest(image: Image) -> dict[str, Any]:
    return read(image, image.digest)


def image_config(image: Image) -> dict[str, Any]:
    return read(image, manifest(image)["config"]["digest"])


def members(image: Image) -> Iterator[tarfile.TarInfo]:
    for layer in manifest(image)["layers"]:
        with tarfile.open(blob(image.layout, layer["digest"])) as archive:
            yield from archive


def test_the_articles_program_is_about_six_megabytes(hello: Built) -> None:
    assert 5_000_000 < hello.image.size < 6_500_000
    assert hello.image.compressed_size < 3_000_000


def test_the_image_holds_the_program_and_the_roots_it_reads(hello: Built) -> None:
    files = {f"/{member.name}" for member in members(hello.image) if not member.isdir()}
    assert files == {"/hello", CERTIFICATES} == {file.path for file in hello.image.files}


def test_a_program_without_network_is_alone(plain: Built) -> None:
    assert [f"/{member.name}" for member in members(plain.image) if not member.isdir()] == ["/plain"]
    assert plain.image.size < 2_000_000


def test_the_bundle_is_this_machines(hello: Built) -> None:
    files, _program = manifest(hello.image)["layers"]
    with tarfile.open(blob(hello.image.layout, files["digest"])) as archive:
        packed = archive.extractfile(CERTIFICATES.lstrip("/"))
        assert packed is not None
        assert packed.read() == Path(CERTIFICATES).read_bytes()


def test_modes_and_owners_are_fixed(hello: Built) -> None:
    seen = {member.name: (oct(stat.S_IMODE(member.mode)), member.uid, member.gid) for member in members(hello.image)}
    folders = dict.fromkeys(("etc", "etc/ssl", "etc/ssl/certs"), ("0o755", 0, 0))
    files = {"hello": ("0o555", 0, 0), CERTIFICATES.lstrip("/"): ("0o444", 0, 0)}
    assert {
        name.rstrip("/"): value for name, value in seen.items() if name not in ("", ".", "./", "/")
    } == folders | files


def test_nothing_in_the_layer_tells_when_or_who(hello: Built) -> None:
    for member in members(hello.image):
        assert (member.mtime, member.uname, member.gname) == (0, "", "")
        assert not any("xattr" in key.lower() for key in member.pax_headers)


def test_the_config_is_what_the_plan_says_and_nothing_else(hello: Built) -> None:
    found = image_config(hello.image)
    assert found["config"] == {"User": "65532:65532", "Entrypoint": ["/hello"]}
    assert (found["os"], found["architecture"]) == ("linux", hello.image.platform.architecture)
    assert found["created"] == "1970-01-01T00:00:00Z"
    assert "author" not in found
    assert not found.get("history")


def test_the_manifest_is_oci_and_unlabelled(hello: Built) -> None:
    found = manifest(hello.image)
    assert found["config"]["mediaType"] == "application/vnd.oci.image.config.v1+json"
    assert {layer["mediaType"] for layer in found["layers"]} == {"application/vnd.oci.image.layer.v1.tar+gzip"}
    assert not any(found.get("annotations", {}).values())  # buildah names no base, with two empty strings


def test_sizes_are_what_is_there(hello: Built) -> None:
    assert hello.image.size == sum(member.size for member in members(hello.image))
    assert hello.image.compressed_size == sum(layer["size"] for layer in manifest(hello.image)["layers"])


def test_skopeo_sees_the_same_digest(hello: Built) -> None:
    command = ["skopeo", "inspect", "--format", "{{.Digest}}", f"oci:{hello.image.layout}"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip() == hello.image.digest


def test_without_a_repository_the_image_is_localhosts(hello: Built) -> None:
    assert hello.reference == f"localhost/hello@{hello.image.digest}"


def test_the_program_in_the_image_runs_from_nothing(plain: Built, tmp_path: Path) -> None:
    (layer,) = manifest(plain.image)["layers"]
    with tarfile.open(blob(plain.image.layout, layer["digest"])) as archive:
        packed = archive.extractfile("plain")
        assert packed is not None
        (tmp_path / "plain").write_bytes(packed.read())
    (tmp_path / "plain").chmod(0o555)
    done = subprocess.run([tmp_path / "plain"], env={}, check=True, capture_output=True, text=True)
    assert done.stderr == "plain\n"


def test_another_user_is_another_image(shared: Workshop, plain: Built, tmp_path: Path) -> None:
    other = shared.build(programs.write("plain", tmp_path), config(image={"user": 1234, "ca": "system"}))
    assert image_config(other.image)["config"]["User"] == "1234:1234"
    assert [file.path for file in other.image.files] == ["/plain", CERTIFICATES]
    assert other.image.digest != plain.image.digest


@pytest.mark.parametrize("name", ["images", "lock", "holder", "memory", "work"])
def test_an_app_may_have_any_name(name: str, shared: Workshop, tmp_path: Path) -> None:
    programs.write("plain", tmp_path)
    named = config(app={"name": name})
    first = shared.build(tmp_path, named)
    (tmp_path / "main.go").touch()
    assert first.image.digest == shared.build(tmp_path, named).image.digest


def test_each_step_is_reported_with_what_came_out(workshop: Workshop, project: Callable[[str], Path]) -> None:
    seen: list[Event] = []
    workshop.build(project("plain"), seen=seen)
    done = {event.step: event.summary for event in seen if isinstance(event, StepDone)}
    assert list(done) == ["compile", "image"]
    assert "MB static linux/" in done["compile"]
    assert "MB: the program alone, sha256:" in done["image"]


def test_a_layout_reads_back(hello: Built) -> None:
    layout = read_layout(hello.image.layout)
    assert layout is not None
    assert layout.digest == hello.image.digest
    assert sorted(layout.files()) == sorted((file.path, file.size) for file in hello.image.files)
