"""Asks from outside, over loopback, whether a program serves: what a kubelet's probe would ask from inside."""

from __future__ import annotations

import http.client
import socket
from pathlib import Path

from slimdeploy.artifacts.workload import Health

SECONDS = 2.0
LISTEN = "0A"


def answer(health: Health, port: int) -> str | None:
    """None when the program at 127.0.0.1:port serves; otherwise what it answered instead."""
    return _http(health.path, port) if health.kind == "http" else _tcp(port)


def _http(path: str, port: int) -> str | None:
    """As a kubelet counts: 200 to 399 is healthy."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers={"User-Agent": "slimdeploy-probe"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        return f"{path}: {error or type(error).__name__}"
    finally:
        connection.close()
    return None if 200 <= status < 400 else f"{path} answers {status}"


def _tcp(port: int) -> str | None:
    """Without root, this is podman's port forwarder: it accepts whatever the program does. So ask `listens`, too."""
    try:
        socket.create_connection(("127.0.0.1", port), SECONDS).close()
    except OSError as error:
        return f"port {port}: {error.strerror or error}"
    return None


def listens(process: int, port: int) -> str | None:
    """None when a socket listens at this port in the network of a process (proc_pid_net(5))."""
    sockets = [line.split() for table in ("tcp", "tcp6") for line in _lines(Path(f"/proc/{process}/net/{table}"))]
    if any(local.endswith(f":{port:04X}") and state == LISTEN for _, local, _, state, *_ in sockets):
        return None
    return f"nothing listens on port {port}"


def _lines(table: Path) -> list[str]:
    try:
        return table.read_text(encoding="ascii").splitlines()[1:]
    except OSError:  # the process has ended, or there is no IPv6
        return []
