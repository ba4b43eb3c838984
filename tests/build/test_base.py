"""Strategy base: the program on top of an image that is pinned, pulled once, and looked into."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from slimdeploy.artifacts.release import Order
from slimdeploy.config.assets import CERTIFICATES
from slimdeploy.config.model import Config
from slimdeploy.errors import ImageFailed, UnreadableFile
from slimdeploy.events import Event, Note, StepDone, StepStarted, Warned
from slimdeploy.pipeline import build
from slimdeploy.plan.deploy import Overrides
from slimdeploy.tools.go import host
from slimdeploy.workbench import Building, Built, Request
from tests.build import bases, inside
from tests.build.conftest import Workshop, variables
from tests.cluster.registry import Registry
from tests.unit.samples import config

SETTINGS = {"Env": ["PATH=/bin", "MADE=here"], "Cmd": ["sh"], "User": "0", "StopSignal": "SIGQUIT", "WorkingDir": "/x"}
PASSWD = "root:x:0:0::/:/bin/sh\nnonroot:x:5:5::/:/bin/sh\n"
CONTENT = {
    "etc/passwd": PASSWD,
    "etc/group": "root:x:0:\n",
    "usr/lib/old": "old",
    "usr/lib/gone": "x",
    "lib": "-> usr/lib",
}


@pytest.fixture
def name(registry: Registry, request: pytest.FixtureRequest) -> str:
    """A repository of this test's own."""
    return f"{registry}/{request.node.name.split('[')[0].replace('_', '-')[:60].strip('-')}"


def put(folder: Path, reference: str, more: dict[str, str] | None = None, architecture: str = "") -> str:
    """A base of two layers."""
    second = {"usr/lib/.wh.gone": ""} | (more or {})
    labels = {"Labels": {"a": "base", "b": "base"}}
    layers = bases.files(CONTENT), bases.files(second)
    layout = bases.make(folder, *layers, architecture=architecture or host().architecture, **SETTINGS, **labels)
    return bases.push(layout, reference)


def on(base: str, **image: object) -> Config:
    return config(build={"strategy": "base", "base_image": base}, image=image)


def steps(seen: list[Event]) -> list[str]:
    return [event.step for event in seen if isinstance(event, StepDone)]


def texts(seen: list[Event], kind: type) -> str:
    return "\n".join(event.text for event in seen if isinstance(event, kind))


def pull(workshop: Workshop, project: Path, wanted: Config, seen: list[Event]) -> Built:
    """`build --pull`."""
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in variables(workshop.cache).items():
            environment.setenv(variable, value)
        return build(Request(project, wanted, Overrides(), Order(60), Building(pull=True)), seen.append)


def test_the_program_lies_on_the_base(
    workshop: Workshop, project: Callable[[str], Path], name: str, tmp_path: Path
) -> None:
    digest, module = put(tmp_path / "base", f"{name}:1"), project("plain")
    (module / "data").mkdir()
    (module / "data/new").write_text("new")
    wanted = on(f"{name}:1", labels={"a": "ours"}, files=[{"from": "data", "to": "/lib/data"}])
    image = workshop.build(module, wanted).image
    found, made = inside.manifest(image), inside.image_config(image)
    below = json.loads((tmp_path / "base/blobs/sha256" / digest.removeprefix("sha256:")).read_text())
    assert found["layers"][:2] == below["layers"]
    assert len(found["layers"]) == 4
    assert found["annotations"] == {
        "org.opencontainers.image.base.name": f"{name}:1",
        "org.opencontainers.image.base.digest": digest,
    }
    assert made == {
        "User": "65532:65532",
        "Env": SETTINGS["Env"],
        "Entrypoint": ["/plain"],
        "Labels": {"a": "ours", "b": "base"},
    }
    root = inside.unpack(image, tmp_path / "root")
    assert (root / "lib").is_symlink()
    assert (root / "usr/lib/data/new").read_text() == "new"
    assert [file.path for file in image.files] == ["/plain", "/usr/lib/data/new"]
    assert image.base == f"{name}@{digest}"


def test_the_tag_is_looked_up_once_and_its_move_is_said(
    workshop: Workshop, project: Callable[[str], Path], registry: Registry, name: str, tmp_path: Path
) -> None:
    first, module, seen = put(tmp_path / "1", f"{name}:1"), project("plain"), list[Event]()
    image = workshop.build(module, on(f"{name}:1"), seen).image
    assert steps(seen) == ["resolve", "pull", "compile", "image"]
    assert f'"{name}:1" = "{first}"' in (module / "slim.lock").read_text()
    assert f"slim.lock: {name}:1 is {first[:19]}; commit it" in texts(seen, Note)

    marked, seen = registry.mark(), []
    assert workshop.build(module, on(f"{name}:1"), seen).image.digest == image.digest
    assert (steps(seen), marked.requests()) == (["build"], [])

    second = put(tmp_path / "2", f"{name}:1", {"new": "x"})
    (module / "main.go").write_text('package main\n\nfunc main() { println("other") }\n')
    other = workshop.build(module, on(f"{name}:1"), seen := []).image
    assert other.base == image.base
    assert f"{name}:1 has moved: {first[:19]} -> {second[:19]}" in texts(seen, Warned)

    lock = module / "slim.lock"
    lock.write_text(f"# ours\n{lock.read_text()}")
    pulled = pull(workshop, module, on(f"{name}:1"), seen := []).image
    assert pulled.base.endswith(second)
    assert f"{first[:19]} -> {second[:19]}" in texts(seen, Note)
    assert lock.read_text().startswith("# ours\n")
    workshop.build(module, on(f"{name}:1"), seen := [])
    assert steps(seen) == ["build"]

    lock.write_text(lock.read_text().replace(second, first))  # as `git checkout slim.lock`
    assert workshop.build(module, on(f"{name}:1")).image.base == image.base


def test_what_the_base_has_is_not_added(
    workshop: Workshop, project: Callable[[str], Path], name: str, tmp_path: Path
) -> None:
    bundle = {"etc/pki/tls/certs/ca-bundle.crt": "-> /etc/roots.pem", "etc/roots.pem": "x"}
    put(tmp_path / "base", f"{name}:1", bundle | {"usr/share/zoneinfo/UTC": "x"})
    image = workshop.build(project("needy"), on(f"{name}:1")).image
    assert [file.path for file in image.files] == ["/needy", "/etc/passwd", "/etc/group"]
    passwd = (inside.unpack(image, tmp_path / "root") / "etc/passwd").read_text()
    assert passwd == PASSWD + "nonroot65532:x:65532:65532:nonroot65532:/:/sbin/nologin\n"
    own = workshop.build(project("hello"), on(f"{name}:1", ca="system")).image
    assert CERTIFICATES in [file.path for file in own.files]


def test_a_base_in_zstd(workshop: Workshop, project: Callable[[str], Path], name: str, tmp_path: Path) -> None:
    """Looked into as any other; its layers go into the image as they are."""
    plain = bases.make(tmp_path / "base", bases.files(CONTENT), architecture=host().architecture)
    bases.push(bases.in_zstd(plain, tmp_path / "zstd"), f"{name}:1")
    image = workshop.build(project("needy"), on(f"{name}:1")).image
    kinds = [each["mediaType"].rpartition("+")[2] for each in inside.manifest(image)["layers"]]
    assert kinds == ["zstd", "gzip", "gzip"]
    passwd = next(each for each in image.files if each.path == "/etc/passwd")
    assert passwd.size == len(PASSWD + "nonroot65532:x:65532:65532:nonroot65532:/:/sbin/nologin\n")


def test_a_base_for_another_platform_is_refused_before_go_starts(
    workshop: Workshop, project: Callable[[str], Path], name: str, tmp_path: Path
) -> None:
    put(tmp_path / "base", f"{name}:1", architecture="s390x")
    with pytest.raises(ImageFailed, match=r"is built for linux/s390x, and linux/.* is wanted"):
        workshop.build(project("plain"), on(f"{name}:1"), seen := list[Event]())
    assert not any(isinstance(event, StepStarted) and event.step == "compile" for event in seen)


def test_a_digest_needs_no_entry(workshop: Workshop, project: Callable[[str], Path], name: str, tmp_path: Path) -> None:
    digest, module = put(tmp_path / "base", f"{name}:1"), project("plain")
    assert workshop.build(module, on(f"{name}:1@{digest}")).image.base == f"{name}@{digest}"
    assert not (module / "slim.lock").exists()
    assert workshop.build(module, on(f"{name}:1"), seen := list[Event]()).image.base == f"{name}@{digest}"
    assert "pull" not in steps(seen)  # it was there already


def test_the_same_base_and_sources_give_the_same_digest(
    workshop: Workshop, project: Callable[[str], Path], name: str, tmp_path: Path
) -> None:
    put(tmp_path / "base", f"{name}:1")
    module, other = project("needy"), Workshop(tmp_path / "other")
    before = os.umask(0o077)
    try:
        digest = other.build(module, on(f"{name}:1")).image.digest
    finally:
        os.umask(before)
    assert workshop.build(module, on(f"{name}:1")).image.digest == digest


@pytest.mark.parametrize(
    ("text", "said"),
    [("<<<<<<< HEAD\n", "Invalid"), ('[images]\nx = "1"\n', "64 hexadecimal digits"), ("images = 1\n", "no table")],
)
def test_a_damaged_lock_is_said(workshop: Workshop, project: Callable[[str], Path], text: str, said: str) -> None:
    module = project("plain")
    (module / "slim.lock").write_text(text)
    with pytest.raises(UnreadableFile, match=said):
        workshop.build(module, on("127.0.0.1:1/x"))


def test_an_image_that_is_not_there(workshop: Workshop, project: Callable[[str], Path], registry: Registry) -> None:
    module = project("plain")
    with pytest.raises(ImageFailed) as caught:
        workshop.build(module, on(f"{registry}/nothing:1"))
    assert (caught.value.what, caught.value.hint) == (
        f"there is no image {registry}/nothing:1",
        "see build.base_image in slim.toml",
    )
    assert not (module / "slim.lock").exists()
