"""Two layers: what changes rarely below, the program on top, so that a change of code uploads the program only."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.plan import StorePlan
from slimdeploy.build.layout import blob, read_layout
from slimdeploy.deliver.store import load
from slimdeploy.errors import ConfigError
from slimdeploy.tools.podman import Podman, local_engine
from slimdeploy.tools.skopeo import Skopeo
from tests.build import inside, programs
from tests.build.conftest import Workshop, finish, start
from tests.build.inside import layers
from tests.unit.samples import config

FILES = [{"from": "views", "to": "/srv/views", "exclude": ["*.tmp"]}]
TOML = """[image]
files = [{ from = "views", to = "/srv/views", exclude = ["*.tmp"] }]
workdir = "/srv"
labels = { "org.opencontainers.image.title" = "needy", a = "b=c, d" }
"""


@pytest.fixture
def needy(project: Callable[[str], Path]) -> Path:
    return project("needy")


def build(workshop: Workshop, project: Path, **image: object) -> Image:
    return workshop.build(project, config(image={"files": FILES, "workdir": "/srv"} | image)).image


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def test_a_change_of_code_keeps_the_layer_of_files(workshop: Workshop, needy: Path) -> None:
    before = layers(build(workshop, needy))
    change(needy / "main.go", '"git"', '"tar"')
    after = layers(build(workshop, needy))
    assert (len(before), before[0] == after[0], before[1] == after[1]) == (2, True, False)


def test_a_change_of_a_file_keeps_the_layer_of_the_program(workshop: Workshop, needy: Path) -> None:
    before = build(workshop, needy)
    (needy / "views/a.html").write_text("hello again")
    after = build(workshop, needy)
    assert before.digest != after.digest
    assert (layers(before)[0] == layers(after)[0], layers(before)[1] == layers(after)[1]) == (False, True)


def test_what_is_excluded_changes_nothing(workshop: Workshop, needy: Path) -> None:
    before = build(workshop, needy)
    (needy / "views/b.tmp").write_text("another draft")
    assert build(workshop, needy).digest == before.digest


def test_a_kept_layer_that_was_damaged_is_made_again(workshop: Workshop, needy: Path) -> None:
    before = build(workshop, needy)
    (kept,) = (before.layout.parents[1] / "layers").iterdir()
    layout = read_layout(kept)
    assert layout is not None
    blob(kept, layout.layers[0][0]).write_bytes(b"")
    change(needy / "main.go", '"git"', '"tar"')
    after = build(workshop, needy)
    assert layers(after)[0] == layers(before)[0]
    assert read_layout(after.layout) is not None


def test_a_program_alone_has_one_layer(plain: object) -> None:
    assert len(layers(plain.image)) == 1  # type: ignore[attr-defined]


def test_the_layout_is_one_that_skopeo_takes(workshop: Workshop, needy: Path, tmp_path: Path) -> None:
    """skopeo checks each digest and size that it copies, and podman's store each diff_id."""
    image = build(workshop, needy)
    copy = ["skopeo", "copy", "--preserve-digests", f"oci:{image.layout}", f"oci:{tmp_path / 'copy'}"]
    subprocess.run(copy, check=True, capture_output=True)
    assert len(list((image.layout / "blobs/sha256").iterdir())) == 4


@pytest.mark.parametrize("form", ["gzip", "zstd"])
def test_podman_runs_it(form: str, workshop: Workshop, needy: Path) -> None:
    image = build(workshop, needy, compression=form)
    media = {layer["mediaType"].rpartition("+")[2] for layer in inside.manifest(image)["layers"]}
    assert media == {form}
    engine = local_engine()
    podman = Podman(engine)
    reference = load(StorePlan("localhost/t-layers"), image, Skopeo(), podman).reference
    try:
        limits = [f"--ulimit={each}" for each in engine.ulimits]
        arguments = [*limits, "--rm", "--read-only", "--network=none", "--cap-drop=ALL", reference]
        assert "user nonroot 65532 / <nil>\nfile hello <nil>\n" in podman.run(arguments)
    finally:
        for each in podman.images("localhost/t-layers"):
            podman.remove_image(each)


def test_the_digest_is_the_same_everywhere(tmp_path: Path) -> None:
    digests = set()
    for name, umask, zone, mode in (("a", 0o022, "UTC", 0o644), ("b/c", 0o077, "Asia/Tokyo", 0o600)):
        project = programs.write("needy", tmp_path / name)
        (project / "slim.toml").write_text(TOML)
        (project / "views/a.html").chmod(mode)
        digests.add(finish(start(project, tmp_path / f"cache{mode}", umask, TZ=zone))["digest"])
    assert len(digests) == 1


def test_the_same_digest_with_zstd(workshop: Workshop, needy: Path, tmp_path: Path) -> None:
    other = Workshop(tmp_path / "other")
    assert build(workshop, needy, compression="zstd").digest == build(other, needy, compression="zstd").digest


def test_labels_and_folder_are_in_the_config(workshop: Workshop, needy: Path) -> None:
    labels = {"org.opencontainers.image.title": "needy", "a": 'b=c, "d" $HOME'}
    found = inside.image_config(build(workshop, needy, labels=labels))
    assert found["Labels"] == labels
    assert found["WorkingDir"] == "/srv"


def test_a_working_folder_is_there_without_files(
    workshop: Workshop, project: Callable[[str], Path], tmp_path: Path
) -> None:
    built = workshop.build(project("plain"), config(image={"workdir": "/var/lib/app"}))
    assert (inside.unpack(built.image, tmp_path / "root") / "var/lib/app").is_dir()
    assert len(layers(built.image)) == 1


def test_what_is_refused_is_refused_before_anything_is_compiled(workshop: Workshop, needy: Path) -> None:
    (needy / "views/.env").touch()
    (needy / "main.go").write_text("package main\n\nsyntax error\n")
    with pytest.raises(ConfigError, match=r"views/\.env:1:1: error: image\.files\[0\]: looks like a secret"):
        build(workshop, needy)


def test_refusals_as_they_are_typed(needy: Path, tmp_path: Path) -> None:
    (needy / "views/.env").touch()
    (needy / "views/link").symlink_to("/etc/passwd")
    (needy / "slim.toml").write_text(TOML)
    process = start(needy, tmp_path / "cache")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 65
    assert err.splitlines() == [
        "views/.env:1:1: error: image.files[0]: looks like a secret",
        '       exclude it, or allow = [".env"] if it is none',
        "views/link:1:1: error: image.files[0]: is a symbolic link to /etc/passwd",
    ]
    assert [each["file"] for each in json.loads(out)["error"]["problems"]] == ["views/.env", "views/link"]
