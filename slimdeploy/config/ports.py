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

    @property
    def protocol(self) -> str:
        """TCP or UDP."""


def unprivileged(port: int) -> int:
    """Refuse a port that an app without capabilities may be unable to open."""
    if port < 1024:
        raise Refused("below 1024 needs a capability, and the app has none", "use 8080")
    return port


def check_distinct(ports: Sequence[Listening], *, named: bool = False) -> None:
    """Refuse two ports with the same number and protocol, or the same name. `named`: they are those of app.ports."""
    numbers: dict[str, int] = {}
    names: dict[str, int] = {}
    for index, each in enumerate(ports):
        number = f"{each.port}/{each.protocol}"
        for known, value, part in ((numbers, number, "port"), (names, f'"{each.name}"', "name")):
            if value in known:
                earlier = (*PORTS, known[value], part) if named else None
                line = " at line {line}" if named else ""
                raise Refused(f"{value} already{line}", at=(index, part), earlier=earlier)
            known[value] = index


def check_either(port: int | None) -> None:
    """Refuse `ports` beside `port`."""
    if port is not None:
        raise Refused("use either port (line {line}) or ports, not both", on_key=True, earlier=PORT)


def check_listens(ports: Sequence[Listening] | None) -> None:
    """Refuse a health check of a worker."""
    if ports is not None and not ports:
        raise Refused("an app without ports cannot be asked", "remove it", on_key=True)
