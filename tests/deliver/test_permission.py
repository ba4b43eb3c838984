"""Can I push here, and as whom? Asked of a real registry that wants a login, through the real skopeo."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.deploy_plan import RegistryPlan
from slimdeploy.deliver import permission
from slimdeploy.deliver.registry import push
from slimdeploy.errors import NotAllowed, SlimdeployError, Unreachable, UnreadableFile
from slimdeploy.tools import command
from slimdeploy.tools.credentials import Access
from slimdeploy.tools.skopeo import Skopeo
from tests.cluster.registry import Registry
from tests.deliver.faults import Fault, proxy_to
from tests.deliver.images import silent
from tests.deliver.registries import PASSWORD, USER, registry_with_login


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry_with_login(tmp_path_factory.mktemp("guarded")) as address:
        yield address


def log_in(file: Path, host: str, user: str = USER, password: str = PASSWORD) -> None:
    write(file, {"auths": {host: {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}}})


def write(file: Path, document: object) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(document))


def ask(host: str, folder: Path) -> Access:
    plan = RegistryPlan(f"{host}/team/hello", "", insecure=True, timeout=120, idle=60)
    return permission.ask(plan, folder / "question", silent()[0], lambda _: None)


def refused(host: str, folder: Path) -> SlimdeployError:
    with pytest.raises(NotAllowed) as failure:
        ask(host, folder)
    return failure.value


def test_anybody_may(registry: Registry, tmp_path: Path) -> None:
    log = registry.mark()
    assert str(ask(registry.address, tmp_path)) == "nobody"
    assert "PUT" not in {request.method for request in log.requests()}, "nothing is stored by asking"


@pytest.mark.parametrize("place", ["run/containers/auth.json", ".config/containers/auth.json", ".docker/config.json"])
def test_as_whom_and_from_which_file(guarded: str, home: Path, tmp_path: Path, place: str) -> None:
    log_in(home / place, guarded)
    assert str(ask(guarded, tmp_path)) == f"alice ({home / place})"


def test_nobody_may_not(guarded: str, home: Path, tmp_path: Path) -> None:
    error = refused(guarded, tmp_path)
    assert error.what == f"the registry {guarded} wants a login, and there is none for it"
    assert any(str(home / ".docker/config.json") in line for line in error.details)
    assert error.hint == f"skopeo login {guarded}"


def test_a_wrong_or_expired_password(guarded: str, home: Path, tmp_path: Path) -> None:
    log_in(home / ".docker/config.json", guarded, password="old")
    error = refused(guarded, tmp_path)
    assert f"does not take the login of alice ({home / '.docker/config.json'}): wrong, or expired" in error.what


def test_a_login_without_the_right_to_push(registry: Registry, home: Path, tmp_path: Path) -> None:
    with proxy_to(registry.address, Fault("status", "POST", status=403)) as proxy:
        log_in(home / "run/containers/auth.json", proxy.address)
        error = refused(proxy.address, tmp_path)
    assert error.what.startswith("alice (")
    assert error.what.endswith(f"may not push to team/hello on {proxy.address}")


def test_push_says_the_same(guarded: str, image: Image) -> None:
    with pytest.raises(NotAllowed, match="wants a login, and there is none"):
        push(RegistryPlan(f"{guarded}/x/y", "", insecure=True), image, Skopeo(insecure=True), silent()[0])


def test_a_store_that_skopeo_does_not_ask_is_named(guarded: str, home: Path, tmp_path: Path) -> None:
    write(home / ".docker/config.json", {"auths": {guarded: {}}, "credsStore": "desktop"})
    error = refused(guarded, tmp_path)
    assert any("credsStore" in line and ".docker/config.json" in line for line in error.details)


def test_a_helper_that_is_not_installed(guarded: str, home: Path, tmp_path: Path) -> None:
    write(home / ".docker/config.json", {"credHelpers": {guarded: "nonesuch"}})
    error = refused(guarded, tmp_path)
    assert error.what == "the credential helper docker-credential-nonesuch is not installed"
    assert str(home / ".docker/config.json") in error.details[0]


HELPERS = {
    "rubbish": ("echo rubbish", "invalid character"),
    "expired": ("echo 'token expired, log in again'; exit 1", "token expired, log in again"),
    "hangs": ("sleep 300", "did not end within 2 s"),
}


@pytest.fixture
def helpers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Programs named docker-credential-*, in the order of HELPERS, and one that works."""
    works = f"""echo '{{"Username": "{USER}", "Secret": "{PASSWORD}"}}'"""
    for name, script in {"works": works, **{name: script for name, (script, _) in HELPERS.items()}}.items():
        program = tmp_path / "bin" / f"docker-credential-{name}"
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"), prepend=":")
    monkeypatch.setattr("slimdeploy.tools.skopeo.HELPER_SECONDS", 2.0)
    command.find.cache_clear()
    yield
    command.find.cache_clear()


@pytest.mark.usefixtures("helpers")
@pytest.mark.parametrize("name", HELPERS)
def test_a_helper_that_does_not_help(guarded: str, home: Path, tmp_path: Path, name: str) -> None:
    write(home / ".docker/config.json", {"credHelpers": {guarded: name}})
    error = refused(guarded, tmp_path)
    assert error.what == f"the credential helper docker-credential-{name} gives no login for {guarded}"
    assert HELPERS[name][1] in error.details[0]


@pytest.mark.usefixtures("helpers")
def test_a_helper_that_helps(guarded: str, home: Path, tmp_path: Path) -> None:
    write(home / ".docker/config.json", {"credHelpers": {guarded: "works"}})
    assert str(ask(guarded, tmp_path)) == f"alice (docker-credential-works, named in {home / '.docker/config.json'})"


def test_a_broken_file_is_named(guarded: str, home: Path, tmp_path: Path) -> None:
    (home / ".docker").mkdir()
    (home / ".docker/config.json").write_text("{bad")
    with pytest.raises(UnreadableFile, match=r"\.docker/config\.json"):
        ask(guarded, tmp_path)


def test_a_host_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"no host registry\.exmaple\.invalid"):
        ask("registry.exmaple.invalid", tmp_path)
