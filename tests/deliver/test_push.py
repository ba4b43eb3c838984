"""Pushing through whatever networks and registries do, with the real skopeo to a real registry behind a proxy."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Delivered, Image
from slimdeploy.artifacts.deploy_plan import RegistryPlan
from slimdeploy.deliver.registry import push
from slimdeploy.errors import IntegrityError, NotAllowed, PushFailed, SlimdeployError, Unreachable
from slimdeploy.tools.skopeo import Skopeo
from tests.cluster.registry import Registry
from tests.deliver.faults import Fault, Proxy, proxy_to
from tests.deliver.images import make_image, silent

MANIFEST = "/manifests/"


def plan(host: object, *, tag: str = "", timeout: float = 120, idle: float = 60) -> RegistryPlan:
    return RegistryPlan(f"{host}/team/{secrets.token_hex(4)}", tag, insecure=True, timeout=timeout, idle=idle)


def deliver(wanted: RegistryPlan, image: Image) -> tuple[Delivered, list[str]]:
    step, said = silent()
    return push(wanted, image, Skopeo(insecure=wanted.insecure), step), said


def fails(wanted: RegistryPlan, image: Image, kind: type[SlimdeployError]) -> SlimdeployError:
    with pytest.raises(kind) as failure:
        deliver(wanted, image)
    assert type(failure.value) is kind
    return failure.value


def test_it_is_pushed_once(registry: Registry, image: Image) -> None:
    wanted = plan(registry)
    assert deliver(wanted, image) == (Delivered(f"{wanted.repository}@{image.digest}", image.digest, uploaded=True), [])
    log = registry.mark()
    assert not deliver(wanted, image)[0].uploaded
    assert log.uploads() == []


@pytest.mark.parametrize("status", [0, 409, 403, 412])
def test_a_new_image_that_is_there_after_all(registry: Registry, image: Image, status: int) -> None:
    """Nobody was asked: no blob of it is sent again, and a tag that nobody may write again is no failure."""
    with proxy_to(registry.address) as proxy:
        wanted = plan(proxy.address, tag="v1.2")
        deliver(wanted, image)
        if status:
            proxy.faults.append(Fault("status", "PUT", path=MANIFEST, status=status))
        log = registry.mark()
        assert push(wanted, image, Skopeo(insecure=True), silent()[0], new=True).digest == image.digest
    assert [request.path for request in log.uploads() if MANIFEST not in request.path] == []


def test_a_push_that_succeeds_shows_no_failure(registry: Registry, image: Image) -> None:
    """That the tag is not there yet is what skopeo calls fatal."""
    lines: list[str] = []
    push(plan(registry), image, Skopeo(insecure=True, on_line=lines.append), silent()[0])
    assert not [line for line in lines if "level=" in line]


def test_a_blob_of_another_repository_is_mounted(registry: Registry, image: Image) -> None:
    deliver(plan(registry), image)
    log = registry.mark()
    deliver(plan(registry), image)
    assert [request.status for request in log.uploads() if "mount=sha256" in request.path] == [201]
    assert len([request for request in log.uploads() if request.method == "PATCH"]) == 1, "the config only"


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", "POST", times=1, status=408),
        Fault("status", "POST", times=1, status=500),
        Fault("status", "GET", path="/v2/$", times=1, status=502),
        Fault("status", "HEAD", times=1, status=503),
        Fault("status", "PUT", path="/blobs/", times=1, status=504),
        Fault("reset", "PATCH", times=1),
        Fault("reset", "PUT", path=MANIFEST, times=1),
        Fault("truncate", "PATCH", times=1),
    ],
    ids=lambda fault: f"{fault.kind}-{fault.method}-{fault.status}",
)
def test_what_may_work_in_a_moment_is_tried_again(registry: Registry, image: Image, fault: Fault) -> None:
    with proxy_to(registry.address, fault) as proxy:
        delivered, said = deliver(plan(proxy.address), image)
    assert delivered.uploaded
    (line,) = said
    assert line.startswith("registry: ")
    assert "; again in 0.1 s" in line
    assert "(try 2 of" in line


def test_blobs_are_not_sent_again(registry: Registry, image: Image) -> None:
    with proxy_to(registry.address, Fault("status", "PUT", path=MANIFEST, times=1, status=500)) as proxy:
        deliver(plan(proxy.address), image)
        assert len(proxy.statuses("PATCH")) == 2  # layer and config


def test_retry_after_is_honoured(registry: Registry, image: Image) -> None:
    started = time.monotonic()
    with proxy_to(
        registry.address, Fault("status", "POST", times=1, status=429, headers={"Retry-After": "1"})
    ) as proxy:
        delivered, said = deliver(plan(proxy.address), image)
    assert delivered.uploaded
    assert time.monotonic() - started >= 1
    assert said == [], "skopeo waited, in one try of ours"


def test_too_many_requests_for_ever_ends_at_the_limit(registry: Registry, image: Image) -> None:
    with proxy_to(registry.address, Fault("status", "POST", status=429)) as proxy:
        error = fails(plan(proxy.address, timeout=2), image, Unreachable)
    assert "was not done within" in error.what
    assert "--push-timeout" in error.hint


@pytest.mark.parametrize("fault", [Fault("hang", "POST"), Fault("hang", "GET"), Fault("hang", "PUT", path=MANIFEST)])
def test_a_registry_that_hangs(registry: Registry, image: Image, fault: Fault) -> None:
    with proxy_to(registry.address, fault) as proxy:
        error = fails(plan(proxy.address, idle=0.5), image, Unreachable)
    assert error.what == f"the registry {proxy.address} hangs: no byte was moved for 0.5 s"


def test_slow_is_not_hung(registry: Registry, tmp_path: Path) -> None:
    """The layer takes 4 s, longer than `idle`."""
    large = make_image(tmp_path / "large", 20_000_000)
    with proxy_to(registry.address, Fault("slow", "PATCH", times=1, rate=5_000_000)) as proxy:
        assert deliver(plan(proxy.address, idle=3), large)[0].uploaded


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_final(registry: Registry, image: Image, status: int) -> None:
    with proxy_to(registry.address, Fault("status", "POST", status=status)) as proxy:
        error = fails(plan(proxy.address), image, NotAllowed)
        assert proxy.statuses("POST") == [status]
    assert "nobody may not push" in error.what if status == 403 else "wants a login" in error.what
    assert f"skopeo login {proxy.address}" in error.hint


def test_a_body_that_is_always_cut(registry: Registry, image: Image) -> None:
    with proxy_to(registry.address, Fault("truncate", "PATCH")) as proxy:
        assert "rejected the blob digest" in fails(plan(proxy.address), image, PushFailed).what


def test_a_registry_that_serves_something_else(registry: Registry, image: Image) -> None:
    with proxy_to(registry.address, Fault("manifest", "GET", path=MANIFEST)) as proxy:
        error = fails(plan(proxy.address), image, IntegrityError)
    assert "does not hold what was pushed" in error.what


def test_a_wrong_digest_header_is_not_believed(registry: Registry, image: Image) -> None:
    """What counts is the content that is served under the digest."""
    with proxy_to(registry.address, Fault("digest")) as proxy:
        assert deliver(plan(proxy.address), image)[0].digest == image.digest


IMMUTABLE = '{"errors": [{"code": "TAG_INVALID", "message": "the tag is immutable and cannot be overwritten"}]}'


@pytest.mark.parametrize(("status", "body"), [(409, ""), (403, ""), (400, IMMUTABLE), (412, "PRECONDITION")])
def test_a_tag_that_is_immutable_and_differs(registry: Registry, image: Image, status: int, body: str) -> None:
    with proxy_to(registry.address) as proxy:
        wanted = plan(proxy.address, tag="v1.2")
        deliver(wanted, image)
        proxy.faults.append(Fault("status", "PUT", path=MANIFEST, status=status, body=body))
        other = make_image(image.layout.with_name("other"))
        error = fails(wanted, other, PushFailed)
        assert not deliver(wanted, image)[0].uploaded
    assert error.what == "tag v1.2 is immutable and differs"
    assert (image.digest in error.details[0], other.digest in error.details[1]) == (True, True)


def test_a_host_that_is_no_registry(proxy_that_knows_nothing: Proxy, image: Image) -> None:
    error = fails(plan(proxy_that_knows_nothing.address), image, PushFailed)
    assert "answers, but not as a registry" in error.what


@pytest.fixture
def proxy_that_knows_nothing(registry: Registry) -> Iterator[Proxy]:
    with proxy_to(registry.address, Fault("status", status=404, body="<html>")) as proxy:
        yield proxy


@pytest.mark.parametrize(
    ("host", "text"),
    [("127.0.0.1:1", "does not answer"), ("no.such.host.invalid", "there is no host no.such.host.invalid")],
)
def test_nobody_there(host: str, text: str, image: Image) -> None:
    error = fails(plan(host, timeout=3), image, Unreachable)
    assert text in error.what
    assert "blob" not in error.details[0]


def test_plain_http_has_to_be_asked_for(registry: Registry, image: Image) -> None:
    wanted = RegistryPlan(f"{registry}/team/plain", "", insecure=False)
    error = fails(wanted, image, Unreachable)
    assert error.what == f"{registry} speaks plain http"
    assert "image.insecure = true" in error.hint
