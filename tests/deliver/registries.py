"""Registries that do not simply say yes: one that wants a password, and a proxy that lies about another one."""

from __future__ import annotations

import base64
import http.client
import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tests.cluster.ports import free_ports

USER, PASSWORD = "somebody", "secret"
HTPASSWD = f"{USER}:$2b$04$s7GnL2tsVFl0FYvtmfJt3.DePqhDZBexkA9WG0aKj/6KkFQAhMHsy\n"
CONFIG = """\
version: 0.1
log: {{level: error}}
storage: {{filesystem: {{rootdirectory: {folder}/storage}}}}
http: {{addr: {address}}}
auth: {{htpasswd: {{realm: test, path: {folder}/htpasswd}}}}
"""


@contextmanager
def registry_with_password(folder: Path) -> Iterator[str]:
    """The address of a registry that only USER may use, with PASSWORD."""
    address = f"127.0.0.1:{free_ports(1)[0]}"
    (folder / "htpasswd").write_text(HTPASSWD)
    (folder / "config.yaml").write_text(CONFIG.format(folder=folder, address=address))
    command = ["setpriv", "--pdeathsig", "KILL", "--", "docker-registry", "serve", str(folder / "config.yaml")]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(address)
        yield address
    finally:
        process.kill()
        process.wait()


def login(file: Path, address: str, password: str) -> Path:
    """A file of credentials, as docker and skopeo keep it."""
    secret = base64.b64encode(f"{USER}:{password}".encode()).decode()
    file.write_text(json.dumps({"auths": {address: {"auth": secret}}}))
    return file


@dataclass(frozen=True)
class Reply:
    """One answer of a registry."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


Twist = Callable[[str, str, Reply], Reply]


@contextmanager
def proxy(upstream: str, twist: Twist) -> Iterator[str]:
    """The address of a proxy; `twist` gets method, path and the true answer, and returns what is answered instead."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            true = _ask(upstream, self.command, self.path, headers=dict(self.headers), body=body)
            reply = twist(self.command, self.path, true)
            self.send_response(reply.status)
            for name, value in reply.headers:
                if name.lower() not in {"content-length", "transfer-encoding", "date", "connection"}:
                    self.send_header(name, value)
            length = dict(reply.headers).get("Content-Length") if self.command == "HEAD" else len(reply.body)
            self.send_header("Content-Length", str(length or 0))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name in the base class
            pass

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _ask(upstream: str, method: str, path: str, *, headers: dict[str, str], body: bytes) -> Reply:
    connection = http.client.HTTPConnection(upstream, timeout=30)
    sent = {name: value for name, value in headers.items() if name.lower() not in {"transfer-encoding", "connection"}}
    try:
        connection.request(method, path, body=body, headers=sent)
        answer = connection.getresponse()
        return Reply(answer.status, tuple(answer.getheaders()), answer.read())
    finally:
        connection.close()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + 10
    while not _answers(address):
        if time.monotonic() > deadline:
            raise TimeoutError(f"no registry at {address}")
        time.sleep(0.02)


def _answers(address: str) -> bool:
    try:
        return _ask(address, "GET", "/v2/", headers={}, body=b"").status == 401
    except OSError:
        return False
