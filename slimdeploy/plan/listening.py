"""What a program listens on, how it is asked whether it serves, and the variables that tell it so."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from slimdeploy.artifacts.workload import Health, Port
from slimdeploy.config.rules import cpu_millis, memory_bytes

if TYPE_CHECKING:
    from slimdeploy.config import health as asked
    from slimdeploy.config.app import Port as WantedPort
    from slimdeploy.config.model import Config
    from slimdeploy.config.scaling import Resources

DEFAULT_PORT = 8080
LEAST_THREADS = 2  # what Go 1.25 takes at least (runtime, "container-aware GOMAXPROCS")


def ports_of(config: Config) -> tuple[Port, ...]:
    """What the app listens on: 8080, if slim.toml says nothing."""
    if config.app.kind != "service":
        return ()
    if config.app.ports is not None:
        return listed(config.app.ports)
    return (Port("http", config.app.port or DEFAULT_PORT),)


def listed(ports: tuple[WantedPort, ...]) -> tuple[Port, ...]:
    """The ports as they are written."""
    return tuple(Port(each.name, each.port, each.protocol, each.service) for each in ports)


def probe(wanted: asked.Probe | None, ports: tuple[Port, ...]) -> Health | None:
    """How something is asked, on the first TCP port; None where there is none."""
    port = next((each for each in ports if each.protocol == "TCP"), None)
    if wanted is None or port is None:
        return None
    return Health(wanted.kind, port, wanted.path or "", wanted.period, wanted.timeout, wanted.failure_threshold)


def environment(env: Mapping[str, str], ports: tuple[Port, ...], resources: Resources) -> tuple[tuple[str, str], ...]:
    """PORT is what most platforms set; GOMEMLIMIT is 90 % of the memory limit, in bytes. The app's own values win.

    GOMAXPROCS only with a CPU limit: without one, all cores are there to be used, and that is Go's default. With one,
    Go before 1.25 does not see it; the number is the one that 1.25 would take.
    """
    given = {"GOMEMLIMIT": str(memory_bytes(resources.memory) * 9 // 10)}
    if ports:
        given["PORT"] = str(ports[0].number)
    if resources.cpu_limit:
        given["GOMAXPROCS"] = str(max(LEAST_THREADS, -(-cpu_millis(resources.cpu_limit) // 1000)))
    return tuple(sorted((given | dict(env)).items()))
