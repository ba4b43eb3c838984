"""The one `podman run` of the local target, and what it is made from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from slimdeploy.artifacts.deploy_plan import LocalTarget
from slimdeploy.artifacts.workload import Port
from slimdeploy.deploy.podman.container import (
    SPEC,
    Given,
    Wish,
    container_spec,
    foreground_arguments,
    hardened,
    host_port,
    publication,
    run_arguments,
)
from slimdeploy.errors import UsageError
from slimdeploy.tools.podman import Engine
from tests.unit.samples import HTTP, IMAGE, worker, workload

LIMITED = Engine((), ("nofile=4096:4096", "nproc=4096:4096"), limits=True, runtime_folder=None)
UNLIMITED = Engine((), (), limits=False, runtime_folder=None)
PLAN = workload(args=("--greeting", "hi there"), env=(("GREETING", "hi = there"), ("PORT", "8080")))


def arguments(engine: Engine = LIMITED, publish: int | None = None) -> tuple[str, ...]:
    return run_arguments("slimdeploy-hello", container_spec(PLAN, LocalTarget(publish), IMAGE), engine)


@pytest.mark.parametrize(
    "flag",
    [
        "--read-only",
        "--read-only-tmpfs=false",
        "--tmpfs=/tmp:rw,mode=1777,U",
        "--user=65532:65532",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        "--ulimit=nofile=4096:4096",
        "--ulimit=nproc=4096:4096",
        "--memory=67108864b",
        "--memory-swap=67108864b",
        "--pull=never",
        "--detach",
        "--replace",
        "--name=slimdeploy-hello",
        "--env=GREETING=hi = there",
        "--label=app.kubernetes.io/managed-by=slimdeploy",
    ],
)
def test_flag(flag: str) -> None:
    assert flag in arguments()


@pytest.mark.parametrize("flag", ["--privileged", "--cap-add", "--volume", "-v", "--mount", "--network", "--pid"])
def test_nothing_opens_what_was_closed(flag: str) -> None:
    assert not [each for each in arguments() if each == flag or each.startswith(f"{flag}=")]


def published(arguments: tuple[str, ...]) -> list[str]:
    return [each.removeprefix("--publish=") for each in arguments if each.startswith(("--publish", "-p", "-P"))]


@pytest.mark.parametrize(("publish", "port"), [(None, "127.0.0.1:8080:8080"), (18080, "127.0.0.1:18080:8080")])
def test_ports_are_published_on_this_machine_only(publish: int | None, port: str) -> None:
    assert published(arguments(publish=publish)) == [port]


def test_every_port_is_published_on_this_machine_only() -> None:
    plan = workload(ports=(HTTP, Port("grpc", 9000)))
    found = published(run_arguments("x", container_spec(plan, LocalTarget(), IMAGE), LIMITED))
    assert found == ["127.0.0.1:8080:8080", "127.0.0.1:9000:9000"]


def test_a_worker_publishes_nothing() -> None:
    assert published(run_arguments("x", container_spec(worker(), LocalTarget(), IMAGE), LIMITED)) == []


def test_no_memory_limit_where_none_can_be_set() -> None:
    assert not [each for each in arguments(UNLIMITED) if each.startswith(("--memory", "--ulimit"))]


def test_the_image_is_followed_by_the_arguments_of_the_program() -> None:
    assert arguments()[-3:] == (IMAGE, "--greeting", "hi there")


def test_the_container_keeps_what_it_was_made_from() -> None:
    (label,) = [each for each in arguments() if each.startswith(f"--label={SPEC}=")]
    kept = json.loads(label.removeprefix(f"--label={SPEC}="))
    assert kept == container_spec(PLAN, LocalTarget(), IMAGE)


@pytest.mark.parametrize(
    "other",
    [
        container_spec(workload(args=("x",)), LocalTarget(), IMAGE),
        container_spec(workload(env=()), LocalTarget(), IMAGE),
        container_spec(workload(user=1), LocalTarget(), IMAGE),
        container_spec(workload(memory_bytes=1 << 20), LocalTarget(), IMAGE),
        container_spec(workload(ports=()), LocalTarget(), IMAGE),
        container_spec(workload(), LocalTarget(18080), IMAGE),
        container_spec(workload(), LocalTarget(), "other"),
    ],
)
def test_whatever_matters_is_part_of_it(other: dict[str, object]) -> None:
    assert other != container_spec(workload(), LocalTarget(), IMAGE)


def test_replicas_and_cpu_do_not_matter_here() -> None:
    plan = workload(replicas=5, cpu="2")
    assert container_spec(plan, LocalTarget(), IMAGE) == container_spec(workload(), LocalTarget(), IMAGE)


@pytest.mark.parametrize(("publish", "port"), [(None, 8080), (18080, 18080)])
def test_host_port(publish: int | None, port: int) -> None:
    assert host_port(LocalTarget(publish), 8080) == port


def foreground(wish: Wish) -> tuple[str, ...]:
    spec = container_spec(PLAN, LocalTarget(), IMAGE)
    return foreground_arguments("x", spec, LIMITED, wish=wish, given=Given(Path("values")))


def test_both_ways_to_run_are_hardened_alike() -> None:
    shared = hardened("x", container_spec(PLAN, LocalTarget(), IMAGE), LIMITED)
    assert shared == run_arguments("x", container_spec(PLAN, LocalTarget(), IMAGE), LIMITED)[2 : 2 + len(shared)]
    assert shared == foreground(Wish())[1 : 1 + len(shared)]


def test_values_come_from_a_file_but_for_those_that_no_line_can_hold() -> None:
    wish = Wish(env={"SECRET": "s3cr3t", "KEY": "two\nlines", "LONG": "x" * 70_000})
    assert [each.partition("=")[2][:5] for each in foreground(wish) if each.startswith("--env=")] == ["KEY=t", "LONG="]
    assert "--env-file=values" in foreground(wish)
    assert "s3cr3t" not in " ".join(foreground(wish))


def test_arguments_that_are_given_replace_the_apps_own() -> None:
    assert foreground(Wish())[-3:] == (IMAGE, "--greeting", "hi there")
    assert foreground(Wish(args=("a",)))[-2:] == (IMAGE, "a")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("18080:8080", "127.0.0.1:18080:8080"),
        ("18080", "127.0.0.1:18080:8080"),
        ("0.0.0.0:18080:9000", "0.0.0.0:18080:9000"),
    ],
)
def test_what_is_published(text: str, wanted: str) -> None:
    assert publication(text, [8080, 9000]) == wanted


@pytest.mark.parametrize("text", ["", "x", "0:1", "1:65536", "1:2:3:4", "8080:", "٣:1"])
def test_what_cannot_be_published(text: str) -> None:
    with pytest.raises(UsageError, match="--publish"):
        publication(text, [8080])


def test_a_worker_has_no_port_to_publish() -> None:
    with pytest.raises(UsageError):
        publication("18080", [])


def test_ports_are_published_with_their_protocol_whichever_way_it_is_run() -> None:
    plan = workload(ports=(Port("http", 8080), Port("beats", 5353, protocol="UDP")))
    spec = container_spec(plan, LocalTarget(), IMAGE)
    ways = (run_arguments("x", spec, LIMITED), foreground_arguments("x", spec, LIMITED, wish=Wish(), given=Given()))
    for arguments in ways:
        published = [each for each in arguments if each.startswith("--publish=")]
        assert published == ["--publish=127.0.0.1:8080:8080", "--publish=127.0.0.1:5353:5353/udp"]
