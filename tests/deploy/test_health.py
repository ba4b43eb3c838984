"""Whether something serves, asked of real sockets."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from slimdeploy.artifacts.workload import Health, Port
from slimdeploy.deploy.podman.health import answer, listens


@contextmanager
def listening(family: socket.AddressFamily = socket.AF_INET) -> Iterator[int]:
    """A port on loopback at which a socket of this process listens."""
    with socket.socket(family) as server:
        server.bind(("127.0.0.1" if family == socket.AF_INET else "::1", 0))
        server.listen()
        yield server.getsockname()[1]


@pytest.fixture
def http() -> Iterator[int]:
    """A port that answers with the status that the path names."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(int(self.path.strip("/")))
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_port
        server.shutdown()


def ask(kind: str, port: int, path: str = "") -> str | None:
    return answer(Health(kind, Port("http", port), path), port)


@pytest.mark.parametrize("status", [200, 204, 302, 399])
def test_http_is_healthy_as_a_kubelet_counts(http: int, status: int) -> None:
    assert ask("http", http, f"/{status}") is None


@pytest.mark.parametrize("status", [400, 404, 503])
def test_other_answers_are_named(http: int, status: int) -> None:
    assert ask("http", http, f"/{status}") == f"/{status} answers {status}"


def test_a_closed_port_is_not_healthy() -> None:
    with listening() as port:
        assert ask("tcp", port) is None
    assert ask("tcp", port) == f"port {port}: Connection refused"
    assert ask("http", port, "/") == "/: [Errno 111] Connection refused"


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_a_listening_socket_is_seen_in_its_process(family: socket.AddressFamily) -> None:
    with listening(family) as port:
        assert listens(os.getpid(), port) is None
    assert listens(os.getpid(), port) == f"nothing listens on port {port}"


def test_a_connection_is_not_a_listening_socket() -> None:
    with listening() as port, socket.create_connection(("127.0.0.1", port)) as client:
        assert listens(os.getpid(), client.getsockname()[1]) is not None


def test_a_process_that_has_ended_listens_nowhere() -> None:
    assert listens(2**22 + 1, 80) == "nothing listens on port 80"
