"""A proxy on loopback in front of the real registry, which does to chosen requests what networks and registries do."""

from __future__ import annotations

import http.client
import re
import socket
import struct
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive"}
TINY = 4096


@dataclass
class Fault:
    """What happens to the next `times` requests of this kind.

    `kind` is status (without asking the registry), reset, hang, truncate (half of the body goes on), slow (`rate`
    bytes a second), digest (a wrong header) or manifest (another body than was asked for).
    """

    kind: str
    method: str = "[A-Z]+"
    path: str = ".*"
    times: int = 1_000_000
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""
    rate: int = 0

    def matches(self, method: str, path: str) -> bool:
        return self.times > 0 and bool(re.fullmatch(self.method, method) and re.search(self.path, path))


@dataclass
class Proxy:
    """A running proxy. Its faults can be changed between requests; `seen` is what came through."""

    address: str
    upstream: str
    faults: list[Fault] = field(default_factory=list)
    seen: list[tuple[str, str, int]] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, method: str, path: str) -> Fault | None:
        with self.lock:
            found = next((fault for fault in self.faults if fault.matches(method, path)), None)
            if found:
                found.times -= 1
            return found

    def statuses(self, method: str) -> list[int]:
        return [status for each, _, status in self.seen if each == method]


@contextmanager
def proxy_to(upstream: str, *faults: Fault) -> Iterator[Proxy]:
    """A proxy that lives as long as the block."""
    server = Server(("127.0.0.1", 0), Handler)
    server.proxy = Proxy(f"127.0.0.1:{server.server_address[1]}", upstream, list(faults))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server.proxy
    finally:
        server.proxy.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    proxy: Proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that goes away is what these tests are about."""


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def handle_any(self) -> None:
        proxy, fault = self.server.proxy, self.server.proxy.take(self.command, self.path)
        kind = fault.kind if fault else ""
        if kind == "reset":
            self.rfile.read(TINY if self.chunked else 0)
            return self.reset()
        if kind == "hang":
            proxy.seen.append((self.command, self.path, 0))
            proxy.ended.wait()
            return None
        body = self.body(fault.rate if fault else 0)
        if fault and kind == "status":
            return self.answer(fault.status, dict(fault.headers), fault.body.encode())
        status, headers, content = self.ask(body[: len(body) // 2] if kind == "truncate" else body)
        if kind == "digest":
            headers["Docker-Content-Digest"] = "sha256:" + "0" * 64
        return self.answer(status, headers, content + b" " if kind == "manifest" else content)

    def log_message(self, *_: object) -> None:
        """Nobody reads it; skopeo tries https first, which would be shown as garbage."""

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815 - http.server's names

    @property
    def chunked(self) -> bool:
        return self.headers.get("Transfer-Encoding") == "chunked"

    def body(self, rate: int) -> bytes:
        if not self.chunked:
            size = int(self.headers.get("Content-Length", 0))
            return self.slowly(size, rate) if rate else self.rfile.read(size)
        found = b""
        while size := int(self.rfile.readline(), 16):
            found += self.slowly(size, rate) if rate else self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def slowly(self, size: int, rate: int) -> bytes:
        found = b""
        while len(found) < size and not self.server.proxy.ended.wait(0.1):
            found += self.rfile.read(min(size - len(found), rate // 10))
        return found

    def ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        upstream = http.client.HTTPConnection(self.server.proxy.upstream, timeout=30)
        names = {name for name in self.headers if name.lower() not in HOP_BY_HOP}
        headers = {name: ", ".join(self.headers.get_all(name, [])) for name in names}  # skopeo sends many Accept
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        found = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
        if self.command == "HEAD":
            found["Content-Length"] = answer.headers.get("Content-Length", "0")
        content = answer.read()
        upstream.close()
        return answer.status, found, content

    def answer(self, status: int, headers: dict[str, str], content: bytes) -> None:
        self.server.proxy.seen.append((self.command, self.path, status))
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if "Content-Length" not in headers:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else content)

    def reset(self) -> None:
        self.server.proxy.seen.append((self.command, self.path, 0))
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()
