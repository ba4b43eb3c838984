"""The one `podman run`: what a container is made from, and its arguments, in the background (`up`) or not (`run`).

Pure, and hardened as the pod is in manifests/deployment.py: what works here, works there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.deploy_plan import LocalTarget
from slimdeploy.artifacts.workload import Port, Volume, WorkloadPlan
from slimdeploy.config.rules import memory_bytes
from slimdeploy.errors import UsageError
from slimdeploy.manifests.labels import labels
from slimdeploy.records import frozen
from slimdeploy.tools.podman import Engine

SPEC = "slimdeploy/spec"
"""Label that keeps what the container was made from: it is how the next `up` sees that nothing changed."""
Spec = dict[str, Any]
LONGEST_LINE = 60_000
"""Bytes: podman reads an environment file by lines of at most 64 KiB (Go's bufio.Scanner)."""


@frozen
class Wish:
    """What `slimdeploy run` is asked for beyond the plan. No `publish`: each port of the app under its own number."""

    publish: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    args: tuple[str, ...] = ()


@frozen
class Given:
    """What no command line may show: values in a file, names of values in podman's own environment, and folders."""

    env_file: Path | None = None
    names: tuple[str, ...] = ()
    folder: Path = Path()


NOTHING = Given()


def container_spec(plan: WorkloadPlan, target: LocalTarget, image: str) -> Spec:
    """What one container is made from: the same decisions as the Deployment's, as data."""
    given = {
        "secrets": {each.name: fingerprint(each.value.encode()) for each in plan.secrets},
        "config": {each.target: fingerprint(each.content) for each in plan.config},
        "volumes": {each.path: _volume(plan.app, each) for each in plan.pods.volumes},
    }
    return {
        "image": image,
        "args": list(plan.args),
        "env": dict(plan.env),
        "user": f"{plan.user}:{plan.user}",
        "memory": plan.memory_bytes,
        "ports": {_host(target if port is plan.ports[0] else LocalTarget(), port): port.number for port in plan.ports},
        "labels": labels(plan.app),
        **{name: value for name, value in given.items() if value},
    }


def fingerprint(content: bytes) -> str:
    """What stands for content in a container's label, which everybody who may use podman can read."""
    return hashlib.sha256(content).hexdigest()[:32]


def _volume(app: str, volume: Volume) -> dict[str, Any]:
    """A claim is one of podman's volumes, and outlives the container; the others are in memory."""
    if volume.claim:
        return {"volume": f"slimdeploy-{app}-{volume.claim}", "read_only": volume.read_only}
    return {"size": memory_bytes(volume.size) if volume.size else 0}


def _host(target: LocalTarget, port: Port) -> str:
    """The key under which a port is published: its number here, and /udp."""
    number = str(host_port(target, port.number))
    return number if port.protocol == "TCP" else f"{number}/udp"


def host_port(target: LocalTarget, port: int) -> int:
    """The port on 127.0.0.1: the program's own, or the one that was asked for."""
    return target.publish or port


def published(spec: Spec) -> LocalTarget:
    """The target that a container was made for: it may have been another port than now."""
    ports = ((int(host.partition("/")[0]), port) for host, port in spec.get("ports", {}).items())
    return LocalTarget(next((host for host, port in ports if host != port), None))


def url(plan: WorkloadPlan, target: LocalTarget) -> str:
    """Where the first port answers; empty for a worker."""
    if not plan.ports or plan.ports[0].protocol != "TCP":
        return ""
    health = plan.health
    return f"http://127.0.0.1:{host_port(target, plan.ports[0].number)}{health.path if health and health.path else '/'}"


def spec_of(live: dict[str, Any]) -> Spec:
    """What a container was made from."""
    return dict(json.loads(live["Config"]["Labels"].get(SPEC, "{}")))


def run_arguments(name: str, spec: Spec, engine: Engine, given: Given = NOTHING) -> tuple[str, ...]:
    """The arguments of `podman run` in the background, in place of a container of this name."""
    arguments = ["--detach", "--replace", *hardened(name, spec, engine), *handed_on(spec, given)]
    arguments += [f"--publish=127.0.0.1:{publish(host, port)}" for host, port in spec["ports"].items()]
    arguments += [f"--env={key}={value}" for key, value in spec["env"].items()]
    arguments += [f"--label={key}={value}" for key, value in spec["labels"].items()]
    return (*arguments, f"--label={SPEC}={json.dumps(spec, sort_keys=True)}", spec["image"], *spec["args"])


def foreground_arguments(name: str, spec: Spec, engine: Engine, *, wish: Wish, given: Given) -> tuple[str, ...]:
    """The same in the foreground, gone when it ends. Values come from a file, where ps does not show them."""
    arguments = ["--rm", *hardened(name, spec, engine), *handed_on(spec, given)]
    arguments += [f"--publish={each}" for each in publications(spec, wish)]
    arguments += [f"--env={key}={value}" for key, value in environment(spec, wish).items() if not fits_a_line(value)]
    return (*arguments, spec["image"], *(wish.args or spec["args"]))


def publications(spec: Spec, wish: Wish) -> list[str]:
    """Which ports `run` publishes, as ADDRESS:HOST_PORT:PORT, with /udp behind it where slim.toml says so."""
    ports = list(spec["ports"].values())
    if wish.publish:
        return [publication(each, ports) for each in wish.publish]
    split = [(host.partition("/"), port) for host, port in spec["ports"].items()]
    return [publication(f"{number}:{port}", ports) + slash + kind for (number, slash, kind), port in split]


def hardened(name: str, spec: Spec, engine: Engine) -> tuple[str, ...]:
    """What a container may do, whoever starts it: read-only root, numeric user, no capabilities, limits."""
    arguments = [f"--name={name}", "--pull=never", "--read-only", f"--user={spec['user']}", "--cap-drop=ALL"]
    arguments += [
        "--security-opt=no-new-privileges",
        "--tmpfs=/tmp:rw,mode=1777,U",
        "--read-only-tmpfs=false",
    ]
    arguments += [*engine.network, *(f"--ulimit={limit}" for limit in engine.ulimits)]
    arguments += [f"--memory={spec['memory']}b", f"--memory-swap={spec['memory']}b"] if engine.limits else []
    return tuple(arguments)


def publish(host: str, port: int) -> str:
    """8080:8080, or 5353:5353/udp."""
    number, slash, protocol = host.partition("/")
    return f"{number}:{port}{slash}{protocol}"


def handed_on(spec: Spec, given: Given) -> list[str]:
    """Secrets, files, mounted read-only under their content's name, and folders that can be written to."""
    arguments = [f"--env-file={given.env_file}"] if given.env_file else []
    arguments += [f"--env={name}" for name in given.names]
    for target, name in spec.get("config", {}).items():
        arguments.append(f"--mount=type=bind,source={given.folder / name},target={target},readonly")
    for path, volume in spec.get("volumes", {}).items():
        if "volume" in volume:
            arguments.append(f"--volume={volume['volume']}:{path}:{'ro' if volume['read_only'] else 'U'}")
        else:
            size = f",size={volume['size']}" if volume["size"] else ""
            arguments.append(f"--tmpfs={path}:rw,mode=1777,U{size}")
    return arguments


def environment(spec: Spec, wish: Wish) -> dict[str, str]:
    """The plan's variables, with those that were asked for over them."""
    return {**spec["env"], **wish.env}


def fits_a_line(value: str) -> bool:
    """Whether a value can stand in an environment file, which has one line a variable and no quoting."""
    return len(value.encode()) < LONGEST_LINE and not set(value) & {"\n", "\r"}


def publication(text: str, ports: Sequence[int]) -> str:
    """[ADDRESS:]HOST_PORT:PORT as podman takes it; HOST_PORT alone is for the first of the app's ports.

    Without an address 127.0.0.1, where docker would take all. Raises UsageError.
    """
    *address, host, port = text.split(":") if ":" in text else (text, str(next(iter(ports), "")))
    if len(address) > 1 or not all(_is_port(each) for each in (host, port)):
        raise UsageError(f"--publish {text}: expected HOST_PORT:PORT, such as 8080:8080, or ADDRESS:HOST_PORT:PORT")
    return f"{address[0] if address else '127.0.0.1'}:{host}:{port}"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 65536


def how_it_ended(state: Mapping[str, Any]) -> str:
    """In words, from podman's .State of a container that ended."""
    killed = " (OOMKilled)" if state.get("OOMKilled") else ""
    return f"the program ended with exit code {state['ExitCode']}{killed}"
