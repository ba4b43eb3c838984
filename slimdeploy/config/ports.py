"""app.port, app.ports, and what goes with them.

Kubernetes merges ports by [containerPort, protocol]: of two with the same number one is lost, or the apply is rejected
(kubernetes/kubernetes#136340).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from slimdeploy.config.refusal import Refused

PORT = ("app", "port")
PORTS = ("app", "ports")


class Listening(Protocol):
    """A port with its name."""

    @property
    def name(self) -> str:
        """What the Service calls it."""

    @property
    def port(self) -> int:
        """Its number."""


def unprivileged(port: int) -> int:
    """Refuse a port that an app without capabilities may be unable to open."""
    if port < 1024:
        raise Refused("below 1024 needs a capability, and the app has none", "use 8080")
    return port


def check_distinct(ports: Sequence[Listening]) -> None:
    """Refuse two ports with the same number or the same name."""
    numbers: dict[int, int] = {}
    names: dict[str, int] = {}
    for index, each in enumerate(ports):
        if each.port in numbers:
            earlier = (*PORTS, numbers[each.port], "port")
            raise Refused(f"{each.port}/TCP already at line {{line}}", at=(index, "port"), earlier=earlier)
        if each.name in names:
            earlier = (*PORTS, names[each.name], "name")
            raise Refused(f'"{each.name}" already at line {{line}}', at=(index, "name"), earlier=earlier)
        numbers[each.port] = names[each.name] = index


def check_either(port: int | None) -> None:
    """Refuse `ports` beside `port`."""
    if port is not None:
        raise Refused("use either port (line {line}) or ports, not both", on_key=True, earlier=PORT)


def check_listens(ports: Sequence[Listening] | None) -> None:
    """Refuse a health check of a worker."""
    if ports is not None and not ports:
        raise Refused("an app without ports cannot be asked", "remove it", on_key=True)
