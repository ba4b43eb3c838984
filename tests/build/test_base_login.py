"""Images to start from, in a registry that wants a login: with the right one, a wrong one, none."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slimdeploy.config.model import Config
from slimdeploy.errors import ImageFailed, NotAllowed, SlimdeployError
from slimdeploy.tools.go import host
from tests.build import bases
from tests.build.conftest import Workshop
from tests.deliver.registries import PASSWORD, USER, registry_with_login
from tests.unit.samples import config

FILES = bases.files({"etc/passwd": "root:x:0:0::/:/bin/sh\n"})
KEYS = {"base": "base_image", "builder": "builder_image"}


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """team/image:1, for alice only."""
    with registry_with_login(tmp_path_factory.mktemp("guarded")) as address:
        layout = bases.make(tmp_path_factory.mktemp("base") / "layout", FILES, architecture=host().architecture)
        bases.push(layout, f"{address}/team/image:1", f"--dest-creds={USER}:{PASSWORD}")
        yield f"{address}/team/image:1"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nobody's logins, unless the test writes them."""
    for name in ("REGISTRY_AUTH_FILE", "DOCKER_CONFIG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    monkeypatch.setenv("GOMODCACHE", str(tmp_path / "modules"))
    return tmp_path


def log_in(home: Path, host: str, password: str) -> Path:
    file = home / ".docker/config.json"
    file.parent.mkdir()
    login = base64.b64encode(f"{USER}:{password}".encode()).decode()
    file.write_text(json.dumps({"auths": {host: {"auth": login}}}))
    return file


def on(image: str, strategy: str) -> Config:
    return config(build={"strategy": strategy, KEYS[strategy]: image})


def refused(workshop: Workshop, project: Path, wanted: Config) -> SlimdeployError:
    with pytest.raises(NotAllowed) as failure:
        workshop.build(project, wanted)
    return failure.value


def test_the_right_login(workshop: Workshop, project: Callable[[str], Path], image: str, home: Path) -> None:
    log_in(home, image.partition("/")[0], PASSWORD)
    built = workshop.build(project("plain"), on(image, "base")).image
    assert built.base.startswith(f"{image.removesuffix(':1')}@")
    with pytest.raises(ImageFailed, match="has no go"):  # so it was pulled
        workshop.build(home / "plain", on(image, "builder"))


@pytest.mark.parametrize("strategy", KEYS)
@pytest.mark.parametrize("reference", ["{image}", "{bare}@sha256:" + "0" * 64], ids=["tag", "digest"])
def test_a_wrong_one_and_none(
    workshop: Workshop, project: Callable[[str], Path], image: str, home: Path, *, strategy: str, reference: str
) -> None:
    """Image, registry, key and file are named, when the tag is looked up and when a digest is pulled."""
    wanted, server = reference.format(image=image, bare=image.removesuffix(":1")), image.partition("/")[0]
    none = refused(workshop, project("plain"), on(wanted, strategy))
    assert none.what == f"the registry {server} wants a login, and there is none for it"
    assert none.details[0] == f"build.{KEYS[strategy]}: {image.removesuffix(':1')}"
    assert str(home / ".docker/config.json") in none.details[-1]
    file = log_in(home, server, "old")
    wrong = refused(workshop, home / "plain", on(wanted, strategy))
    assert wrong.what == f"the registry {server} does not take the login of {USER} ({file}): wrong, or expired"
    assert wrong.details[0] == f"build.{KEYS[strategy]}: {image.removesuffix(':1')}"
    assert wrong.hint == f"skopeo login {server}"


@pytest.mark.parametrize("reference", ["{image}", "{bare}@sha256:" + "0" * 64], ids=["tag", "digest"])
def test_a_helper_that_is_missing(
    workshop: Workshop, project: Callable[[str], Path], image: str, home: Path, *, reference: str
) -> None:
    (home / ".docker").mkdir()
    (home / ".docker/config.json").write_text(json.dumps({"credHelpers": {image.partition("/")[0]: "nonesuch"}}))
    wanted = reference.format(image=image, bare=image.removesuffix(":1"))
    error = refused(workshop, project("plain"), on(wanted, "base"))
    assert error.what == "the credential helper docker-credential-nonesuch is not installed"
