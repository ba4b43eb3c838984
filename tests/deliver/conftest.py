"""An image that nobody has, and a home without anybody's logins."""

from __future__ import annotations

from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Image
from slimdeploy.tools import persistence
from tests.deliver.images import make_image


@pytest.fixture
def image(tmp_path: Path) -> Image:
    return make_image(tmp_path / "layout")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where skopeo finds its logins: nowhere, unless the test puts them there."""
    for name in ("REGISTRY_AUTH_FILE", "DOCKER_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    folder = tmp_path / "home"
    (folder / "run").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder / "run"))
    return folder


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """0.1, 0.2, 0.4 s between tries instead of 1, 2, 4."""
    monkeypatch.setattr(persistence, "FIRST_PAUSE", 0.1)
