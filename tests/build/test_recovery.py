"""Whatever a killed run, a full disk or somebody's hands left in the cache, the next build makes it right."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Image
from slimdeploy.build.layout import read_layout
from slimdeploy.events import Event, StepDone
from slimdeploy.workbench import Built
from tests.build import programs
from tests.build.conftest import Workshop


@dataclass(frozen=True)
class Kept:
    """A project that was built, and what is kept of it. Each test spoils something and builds again."""

    workshop: Workshop
    project: Path
    image: Image

    @property
    def folder(self) -> Path:
        return self.image.layout.parents[1]

    @property
    def program(self) -> Path:
        return self.folder / "binaries" / "plain"

    def again(self) -> list[str]:
        """Build once more, which has to give the same, whole image; which steps there were."""
        seen: list[Event] = []
        assert self.workshop.build(self.project, seen=seen).image == self.image
        layout = read_layout(self.image.layout)
        assert layout is not None
        assert layout.digest == self.image.digest
        return [event.step for event in seen if isinstance(event, StepDone)]

    def forget(self) -> None:
        """As if a source had changed: go is asked again."""
        (self.folder / "memory.json").unlink(missing_ok=True)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("kept")
    workshop, project = Workshop(folder / "cache"), programs.write("plain", folder / "project")
    found = Kept(workshop, project, workshop.build(project).image)
    found.again()
    return found


def damage_index(layout: Path, text: str) -> None:
    (layout / "index.json").write_text(text)


def largest_blob(layout: Path) -> Path:
    return max((layout / "blobs" / "sha256").iterdir(), key=lambda blob: blob.stat().st_size)


def flip_a_byte(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-10])


DAMAGE: dict[str, Callable[[Path], object]] = {
    "the folder is gone": shutil.rmtree,
    "the folder is empty": lambda layout: (shutil.rmtree(layout), layout.mkdir()),
    "no index": lambda layout: (layout / "index.json").unlink(),
    "the index is empty": lambda layout: damage_index(layout, ""),
    "the index is cut off": lambda layout: damage_index(layout, '{"manifests": [{'),
    "the index is something else": lambda layout: damage_index(layout, "[]"),
    "the index names nothing": lambda layout: damage_index(layout, '{"manifests": []}'),
    "the index names null": lambda layout: damage_index(layout, '{"manifests": null}'),
    "the index names a number": lambda layout: damage_index(layout, '{"manifests": [{"digest": 1}]}'),
    "the index names what is not there": lambda layout: damage_index(
        layout, json.dumps({"manifests": [{"digest": "sha256:" + "0" * 64}]})
    ),
    "the layer is gone": lambda layout: largest_blob(layout).unlink(),
    "the layer is cut off": lambda layout: cut_off(largest_blob(layout)),
    "one bit of the layer": lambda layout: flip_a_byte(largest_blob(layout)),
    "one bit of everything": lambda layout: [flip_a_byte(blob) for blob in (layout / "blobs" / "sha256").iterdir()],
}


@pytest.mark.parametrize("what", DAMAGE)
def test_a_damaged_layout_is_none(what: str, plain: Built, tmp_path: Path) -> None:
    copy = shutil.copytree(plain.image.layout, tmp_path / "layout")
    assert read_layout(copy) is not None
    DAMAGE[what](copy)
    assert read_layout(copy) is None


@pytest.mark.parametrize("what", ["the folder is empty", "the index is something else", "one bit of the layer"])
@pytest.mark.parametrize("spoil", [lambda _: None, Kept.forget], ids=["remembered", "forgotten"])
def test_a_damaged_image_is_made_again(what: str, spoil: Callable[[Kept], None], kept: Kept) -> None:
    DAMAGE[what](kept.image.layout)
    spoil(kept)
    assert kept.again()[-1] == "image"


@pytest.mark.parametrize("length", [0, 100, 100_000, -1])
def test_a_half_written_program_is_not_trusted(length: int, kept: Kept) -> None:
    """As after kill -9 in mid-write: go would trust the build ID at the start of the file."""
    kept.program.write_bytes(kept.program.read_bytes()[:length])
    kept.forget()
    assert kept.again() == ["compile", "image"]


def test_a_program_without_its_seal_is_not_trusted(kept: Kept) -> None:
    flip_a_byte(kept.program)
    kept.program.with_suffix(".seal").unlink()
    kept.forget()
    assert kept.again() == ["compile", "image"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "{}", '{"images": []}', '{"packages": 1, "images": {}}'])
@pytest.mark.parametrize("known", [False, True], ids=["of other sources", "of these sources"])
def test_a_damaged_memory_is_no_memory(text: str, known: bool, kept: Kept) -> None:
    kept.again()
    memory = kept.folder / "memory.json"
    fingerprint = json.dumps(json.loads(memory.read_text())["fingerprint"])
    memory.write_text(text.replace("{", f'{{"fingerprint": {fingerprint}, ', 1) if known and len(text) > 2 else text)
    kept.again()


def test_only_the_last_images_are_kept(kept: Kept) -> None:
    images = kept.image.layout.parent
    shutil.rmtree(kept.image.layout)
    for number in range(7):
        (images / f"old{number}").mkdir()
        os.utime(images / f"old{number}", (number, number))
    kept.again()
    assert {each.name for each in images.iterdir()} == {kept.image.layout.name, "old3", "old4", "old5", "old6"}


def test_nothing_is_left_in_the_work_folder(kept: Kept) -> None:
    kept.forget()
    kept.again()
    assert [each.name for each in (kept.folder.parents[1] / "work").iterdir() if each.is_dir()] == []
