"""Real images of a few bytes; go is not needed to deliver."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Image, RootFile, RootFilesystem
from slimdeploy.artifacts.plan import ImagePlan
from slimdeploy.build.image import assemble
from slimdeploy.build.packing import Packers
from slimdeploy.state.workspace import workspace
from slimdeploy.tools.buildah import Buildah
from slimdeploy.tools.skopeo import Skopeo
from tests.unit.samples import AMD64


@pytest.fixture(scope="session")
def make_image(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Image]:
    """Makes images that nobody has ever seen before."""
    folder = tmp_path_factory.mktemp("images")

    def make() -> Image:
        content, own = secrets.token_bytes(1000), folder / secrets.token_hex(4)
        own.mkdir()
        source = own / "app"
        source.write_bytes(content)
        file = RootFile("/app", source, 0o555, len(content), hashlib.sha256(content).hexdigest(), "the program")
        plan, files = ImagePlan(AMD64, "/app", 65532), RootFilesystem((file,))
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("XDG_CACHE_HOME", str(folder / "cache"))
            with workspace() as work:
                return assemble(plan, files, Packers(Buildah(work), Skopeo(), own))

    return make


@pytest.fixture(scope="session")
def image(make_image: Callable[[], Image]) -> Image:
    """An image that tests only read."""
    return make_image()


@pytest.fixture
def name() -> str:
    """A repository's path that no other test uses."""
    return f"test-{secrets.token_hex(4)}/app"


@pytest.fixture(autouse=True)
def _no_credentials_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = tmp_path / "no-credentials.json"
    empty.write_text("{}")
    monkeypatch.setenv("REGISTRY_AUTH_FILE", str(empty))
