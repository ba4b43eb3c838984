"""Asks from outside, over loopback, whether a program serves: what a kubelet's probe would ask from inside."""

from __future__ import annotations

import http.client
import socket

from slimdeploy.artifacts.deploy_plan import Health

SECONDS = 2.0


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
    """podman's port forwarder accepts before the program listens, and then hangs up: so wait for that."""
    try:
        with socket.create_connection(("127.0.0.1", port), SECONDS) as connection:
            connection.settimeout(0.2)
            return None if connection.recv(1) else "the port hangs up"
    except TimeoutError:
        return None
    except OSError as error:
        return f"port {port}: {error.strerror or error}"
