"""The one `podman run`: what a container is made from, and its arguments, in the background (`up`) or not (`run`).

Pure, and hardened as the pod is in manifests/deployment.py: what works here, works there.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.deploy_plan import LocalTarget, WorkloadPlan
from slimdeploy.errors import UsageError
from slimdeploy.manifests.labels import labels
from slimdeploy.tools.podman import Engine

SPEC = "slimdeploy/spec"
"""Label that keeps what the container was made from: it is how the next `up` sees that nothing changed."""
Spec = dict[str, Any]
LONGEST_LINE = 60_000
"""Bytes: podman reads an environment file by lines of at most 64 KiB (Go's bufio.Scanner)."""


@dataclass(frozen=True)
class Wish:
    """What `slimdeploy run` is asked for beyond the plan. No `publish`: each port of the app under its own number."""

    publish: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    args: tuple[str, ...] = ()


def container_spec(plan: WorkloadPlan, target: LocalTarget, image: str) -> Spec:
    """What one container is made from: the same decisions as the Deployment's, as data."""
    return {
        "image": image,
        "args": list(plan.args),
        "env": dict(plan.env),
        "user": f"{plan.user}:{plan.user}",
        "memory": plan.memory_bytes,
        "ports": {str(host_port(target, port.number)): port.number for port in plan.ports},
        "labels": labels(plan.app),
    }


def host_port(target: LocalTarget, port: int) -> int:
    """The port on 127.0.0.1: the program's own, or the one that was asked for."""
    return target.publish or port


def published(spec: Spec) -> LocalTarget:
    """The target that a container was made for: it may have been another port than now."""
    ports = spec.get("ports", {}).items()
    return LocalTarget(next((int(host) for host, port in ports if int(host) != port), None))


def run_arguments(name: str, spec: Spec, engine: Engine) -> tuple[str, ...]:
    """The arguments of `podman run` in the background, in place of a container of this name."""
    arguments = ["--detach", "--replace", *hardened(name, spec, engine)]
    arguments += [f"--publish=127.0.0.1:{host}:{port}" for host, port in spec["ports"].items()]
    arguments += [f"--env={key}={value}" for key, value in spec["env"].items()]
    arguments += [f"--label={key}={value}" for key, value in spec["labels"].items()]
    return (*arguments, f"--label={SPEC}={json.dumps(spec, sort_keys=True)}", spec["image"], *spec["args"])


def foreground_arguments(name: str, spec: Spec, engine: Engine, *, wish: Wish, env_file: Path) -> tuple[str, ...]:
    """The same in the foreground, gone when it ends. Values come from `env_file`, where ps does not show them."""
    arguments = ["--rm", *hardened(name, spec, engine), f"--env-file={env_file}"]
    wanted = wish.publish or [f"{host}:{port}" for host, port in spec["ports"].items()]
    arguments += [f"--publish={publication(each, list(spec['ports'].values()))}" for each in wanted]
    arguments += [f"--env={key}={value}" for key, value in environment(spec, wish).items() if not fits_a_line(value)]
    return (*arguments, spec["image"], *(wish.args or spec["args"]))


def hardened(name: str, spec: Spec, engine: Engine) -> tuple[str, ...]:
    """What a container may do, whoever starts it: read-only root, numeric user, no capabilities, limits."""
    arguments = [f"--name={name}", "--pull=never", "--read-only", f"--user={spec['user']}", "--cap-drop=ALL"]
    arguments += ["--security-opt=no-new-privileges", "--tmpfs=/tmp:rw,mode=1777", "--read-only-tmpfs=false"]
    arguments += [*engine.network, *(f"--ulimit={limit}" for limit in engine.ulimits)]
    arguments += [f"--memory={spec['memory']}b", f"--memory-swap={spec['memory']}b"] if engine.limits else []
    return tuple(arguments)


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
