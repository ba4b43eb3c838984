"""What podman still holds about containers that failed: what they printed, without the secrets that they were given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deploy.podman.container import spec_of
from slimdeploy.deploy.rollout.advice import Clues, advise
from slimdeploy.tools.go import host
from slimdeploy.tools.hiding import Hidden
from slimdeploy.tools.podman import Podman


def printed(name: str, plan: WorkloadPlan, podman: Podman, most: int, *, beside: str) -> list[str]:
    """A container's last lines, without the secrets of slim.toml, and those that it or the one `beside` was given."""
    there = [podman.inspect(name), podman.inspect(beside)]
    values = [each.value for each in plan.secrets] + [value for live in there if live for value in secrets_of(live)]
    return Hidden(values)(podman.logs(name, most)).splitlines()[-most:] if there[0] else []


def secrets_of(live: dict[str, Any]) -> Iterator[str]:
    """The values of the secrets that a container was given: slim.toml may name others by now."""
    names = spec_of(live).get("secrets", {})
    pairs = (each.partition("=") for each in live["Config"].get("Env") or ())
    return (value for name, _, value in pairs if name in names)


def advice(plan: WorkloadPlan, cause: str, log: Sequence[str] = ()) -> str:
    """What to do about it."""
    facts = {"node": "this machine", "arch": host().architecture, "user": str(plan.user)}
    return advise(Clues(cause, (), log, facts))
