"""Free ports below the range that the kernel gives to outgoing connections: none is taken between look and use."""

from __future__ import annotations

import random
import socket
from contextlib import closing

LOWEST, HIGHEST = 20000, 29999  # below NodePorts (30000) and the ephemeral ports (32768)


def free_ports(count: int) -> list[int]:
    candidates = random.sample(range(LOWEST, HIGHEST), 50 * count)
    return [port for port in candidates if _is_free(port)][:count]


def preferred(port: int, otherwise: int) -> int:
    """A port that people can write into a slim.toml, as long as nobody else has it."""
    return port if _is_free(port) else otherwise


def _is_free(port: int) -> bool:
    with closing(socket.socket()) as probe:
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
    return True
