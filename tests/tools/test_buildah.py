"""buildah as it is called: what its own reading of names would make of a path."""

from __future__ import annotations

from pathlib import Path

import pytest

from slimdeploy.tools.buildah import Buildah


@pytest.mark.parametrize("home", ["Ann", "ann_", "a--b__c", "with space", "Jörg"])
def test_an_image_is_pulled_from_any_folder(home: str, tmp_path: Path) -> None:
    folder = tmp_path / home
    folder.mkdir()
    making = Buildah(folder)
    making.commit(making.from_scratch(), folder / "layout-1")
    (other := tmp_path / "other").mkdir()
    taking = Buildah(other)
    image = taking.pull(folder / "layout-1")
    assert taking.from_image(image, "name").name == "name"
    assert taking.pull(folder / "layout-1") == image
