"""Into a registry: once, under its digest, and looked at afterwards. What goes wrong is named within seconds."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Delivered, Image
from slimdeploy.artifacts.plan import RegistryPlan
from slimdeploy.build.layout import blob
from slimdeploy.deliver.registry import push, tag_of
from slimdeploy.errors import IntegrityError, NotAllowed, PushFailed, SlimdeployError, Unreachable
from slimdeploy.tools.skopeo import Skopeo
from tests.cluster import web
from tests.cluster.registry import Registry
from tests.deliver.registries import PASSWORD, Reply, login, proxy, registry_with_password

Make = Callable[[], Image]


def pushed(repository: str, image: Image, tag: str = "") -> Delivered:
    return push(RegistryPlan(repository, tag, insecure=True), image, Skopeo(insecure=True))


def failure(repository: str, image: Image, *, insecure: bool = True, within: float = 5.0) -> SlimdeployError:
    started = time.monotonic()
    with pytest.raises(SlimdeployError) as failed:
        push(RegistryPlan(repository, "", insecure), image, Skopeo(insecure=insecure))
    assert time.monotonic() - started < within
    return failed.value


def test_pushed_once(registry: Registry, name: str, image: Image) -> None:
    repository = f"{registry}/{name}"
    reference = f"{repository}@{image.digest}"
    assert pushed(repository, image) == Delivered(reference, image.digest, uploaded=True)
    log = registry.mark()
    assert pushed(repository, image) == Delivered(reference, image.digest, uploaded=False)
    assert log.uploads() == []
    assert log.requests(), "the registry was asked, or this test proves nothing"


def test_the_registry_holds_exactly_these_bytes(registry: Registry, name: str, image: Image) -> None:
    pushed(f"{registry}/{name}", image)
    assert Skopeo(insecure=True).digest(f"{registry}/{name}@{image.digest}") == image.digest
    for digest in (image.digest, *(each["digest"] for each in json.loads(manifest(image))["layers"])):
        kind = "manifests" if digest == image.digest else "blobs"
        assert held(registry, f"{name}/{kind}/{digest}") == blob(image.layout, digest).read_bytes()


def manifest(image: Image) -> bytes:
    return blob(image.layout, image.digest).read_bytes()


def held(registry: Registry, path: str) -> bytes:
    accept = {"Accept": "application/vnd.oci.image.manifest.v1+json, */*"}
    request = urllib.request.Request(f"http://{registry}/v2/{path}", headers=accept)
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as answer:
        body: bytes = answer.read()
        return body


def tags(registry: Registry, name: str) -> list[str]:
    found: list[str] = json.loads(web.get(f"http://{registry}/v2/{name}/tags/list"))["tags"]
    return sorted(found)


def test_without_a_tag_there_is_one_that_never_moves(registry: Registry, name: str, make_image: Make) -> None:
    one, two = make_image(), make_image()
    for image in (one, two, one):
        pushed(f"{registry}/{name}", image)
    assert tags(registry, name) == sorted([tag_of(one), tag_of(two)])
    assert tag_of(one) == f"slim-{one.digest[7:19]}"


def test_a_tag_moves_with_the_image(registry: Registry, name: str, make_image: Make) -> None:
    one, two = make_image(), make_image()
    repository = f"{registry}/{name}"
    assert [pushed(repository, image, "stable").uploaded for image in (one, two, two)] == [True, True, False]
    assert Skopeo(insecure=True).digest(f"{repository}:stable") == two.digest
    assert Skopeo(insecure=True).digest(f"{repository}@{one.digest}") == one.digest
    assert tags(registry, name) == ["stable"]


@pytest.mark.parametrize("host", ["no.such.host.invalid", "127.0.0.1:1"])
def test_nobody_answers(host: str, image: Image) -> None:
    error = failure(f"{host}/team/app", image, within=8.0)
    assert (type(error), error.code) == (Unreachable, 69)
    assert host in error.what


def test_plain_http_has_to_be_meant(registry: Registry, name: str, image: Image) -> None:
    log = registry.mark()
    error = failure(f"{registry}/{name}", image, insecure=False)
    assert isinstance(error, Unreachable)
    assert "plain http" in error.what
    assert "image.insecure" in error.hint
    assert log.uploads() == []


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry_with_password(tmp_path_factory.mktemp("locked")) as address:
        yield address


@pytest.fixture
def locked(server: str, name: str) -> str:
    """A repository that needs a password."""
    return f"{server}/{name}"


@pytest.fixture
def log_in(server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    def log_in(password: str) -> None:
        monkeypatch.setenv("REGISTRY_AUTH_FILE", str(login(tmp_path / "auth.json", server, password)))

    return log_in


def test_without_credentials_it_is_refused_at_once(locked: str, image: Image) -> None:
    error, host = failure(locked, image, within=2.0), locked.partition("/")[0]
    assert (type(error), error.code) == (NotAllowed, 77)
    assert host in error.what
    assert error.hint == f"skopeo login {host}"


def test_with_wrong_credentials_too(locked: str, image: Image, log_in: Callable[[str], None]) -> None:
    log_in("hunter2")
    error = failure(locked, image, within=2.0)
    assert isinstance(error, NotAllowed)
    assert "hunter2" not in f"{error.what} {error.details} {error.hint}"


def test_with_the_right_ones_it_is_pushed(locked: str, image: Image, log_in: Callable[[str], None]) -> None:
    log_in(PASSWORD)
    assert [pushed(locked, image).uploaded for _ in range(2)] == [True, False]


def test_the_proxy_of_these_tests_can_tell_the_truth(registry: Registry, name: str, image: Image) -> None:
    with proxy(str(registry), lambda *sent: sent[-1]) as honest:
        assert pushed(f"{honest}/{name}", image).uploaded
    assert not pushed(f"{registry}/{name}", image).uploaded


def test_a_registry_that_serves_something_else(registry: Registry, name: str, make_image: Make) -> None:
    image, other = make_image(), manifest(make_image())

    def lie(method: str, path: str, reply: Reply) -> Reply:
        by_digest = method == "GET" and path.endswith(f"/manifests/{image.digest}")
        return Reply(reply.status, reply.headers, other) if by_digest else reply

    with proxy(str(registry), lie) as liar:
        error = failure(f"{liar}/{name}", image)
    assert (type(error), error.code) == (IntegrityError, 76)
    assert image.digest in " ".join((error.what, *error.details))


def test_a_registry_that_forgets(registry: Registry, name: str, make_image: Make) -> None:
    image = make_image()

    def forget(method: str, path: str, reply: Reply) -> Reply:
        unknown = b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "manifest unknown"}]}'
        gone = method == "GET" and "/manifests/" in path
        return Reply(404, (("Content-Type", "application/json"),), unknown) if gone else reply

    with proxy(str(registry), forget) as liar:
        error = failure(f"{liar}/{name}", image)
    assert isinstance(error, IntegrityError)
    assert "nothing under that digest" in " ".join(error.details)


REFUSALS = [("401 UNAUTHORIZED", NotAllowed), ("403 DENIED", NotAllowed), ("500 UNKNOWN", PushFailed)]


@pytest.mark.parametrize("request_", ["POST /uploads/", "PUT /manifests/"])
@pytest.mark.parametrize("refusal", REFUSALS)
def test_a_registry_that_only_reads(
    request_: str, refusal: tuple[str, type[SlimdeployError]], registry: Registry, make_image: Make
) -> None:
    (method, part), (number, code) = request_.split(), refusal[0].split()
    body = json.dumps({"errors": [{"code": code, "message": "no"}]}).encode()

    def refuse(sent: str, path: str, reply: Reply) -> Reply:
        refused = Reply(int(number), (("Content-Type", "application/json"),), body)
        return refused if sent == method and part in path else reply

    with proxy(str(registry), refuse) as strict:
        error = failure(f"{strict}/test-reads/app", make_image())
    assert type(error) is refusal[1], error.details
