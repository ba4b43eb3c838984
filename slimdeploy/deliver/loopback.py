"""A registry for as long as a measurement takes: in this process, on 127.0.0.1, in a folder that goes with it.

As much of the OCI distribution specification 1.1 as skopeo and podman need to push an image and pull it again: checked
digests, no tags list, no deletion, no login. Names below a random one, so that nobody else finds it by chance.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO

UPLOAD = re.compile(r"/v2/(?P<name>[a-z0-9/-]+)/blobs/uploads/(?P<id>[0-9a-f]{32})?(?:\?.*)?$")
BLOB = re.compile(r"/v2/(?P<name>[a-z0-9/-]+)/blobs/(?P<digest>sha256:[0-9a-f]{64})$")
MANIFEST = re.compile(r"/v2/(?P<name>[a-z0-9/-]+)/manifests/(?P<reference>[A-Za-z0-9_.:-]+)$")
DIGEST = re.compile(r"[?&]digest=(sha256(?::|%3A)[0-9a-f]{64})")
PIECE = 1 << 20
BINARY = "application/octet-stream"


@contextmanager
def registry(folder: Path) -> Iterator[str]:
    """host:port/name of a registry that lives as long as the block."""
    name = f"slimdeploy-{secrets.token_hex(8)}"
    (folder / "blobs").mkdir(parents=True)
    (folder / "tags").mkdir()
    handler = type("Handler", (_Handler,), {"folder": folder, "prefix": name})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}/{name}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """One request. Files are named by their digest; a tag's file holds one."""

    protocol_version = "HTTP/1.1"
    folder: Path
    prefix: str

    def log_message(self, *_: object) -> None:
        """Nothing is printed."""

    def do_HEAD(self) -> None:
        self._send_file(body=False)

    def do_GET(self) -> None:
        if self.path.rstrip("/") == "/v2":
            return self._answer(200)
        return self._send_file(body=True)

    def do_POST(self) -> None:
        """Begin an upload."""
        self._drain()
        found = self._match(UPLOAD)
        if not found:
            return self._answer(404)
        return self._answer(202, Location=f"/v2/{found['name']}/blobs/uploads/{secrets.token_hex(16)}")

    def do_PATCH(self) -> None:
        """A part of an upload."""
        found = self._match(UPLOAD)
        if not found or not found["id"]:
            return self._answer(404)
        with (self.folder / found["id"]).open("ab") as file:
            self._receive(file)
            end = file.tell() - 1
        return self._answer(202, Location=self.path, Range=f"0-{end}")

    def do_PUT(self) -> None:
        """The end of an upload, or a manifest."""
        if found := self._match(MANIFEST):
            return self._put_manifest(found["reference"])
        found, wanted = self._match(UPLOAD), DIGEST.search(self.path)
        if not found or not found["id"] or not wanted:
            return self._answer(404)
        file = self.folder / found["id"]
        with file.open("ab") as target:
            self._receive(target)
        return self._finish(file, wanted[1].replace("%3A", ":"))

    def _put_manifest(self, reference: str) -> None:
        file = self.folder / secrets.token_hex(16)
        with file.open("wb") as target:
            self._receive(target)
        digest = _digest(file)
        if ":" not in reference:
            (self.folder / "tags" / reference).write_text(f"{digest} {self.headers.get('Content-Type', BINARY)}")
        (self.folder / "tags" / digest).write_text(f"{digest} {self.headers.get('Content-Type', BINARY)}")
        self._finish(file, digest)

    def _finish(self, file: Path, wanted: str) -> None:
        if _digest(file) != wanted:
            file.unlink()
            return self._answer(400)
        file.replace(self.folder / "blobs" / wanted)
        return self._answer(201, Location=f"/v2/{self.prefix}/blobs/{wanted}", Docker_Content_Digest=wanted)

    def _send_file(self, *, body: bool) -> None:
        digest, kind = self._wanted()
        file = self.folder / "blobs" / digest
        if not digest or not file.is_file():
            return self._answer(404)
        self.send_response(200)
        for name, value in (("Content-Type", kind), ("Docker-Content-Digest", digest)):
            self.send_header(name, value)
        self.send_header("Content-Length", str(file.stat().st_size))
        self.end_headers()
        if body:
            with file.open("rb") as source:
                shutil.copyfileobj(source, self.wfile, PIECE)
        return None

    def _wanted(self) -> tuple[str, str]:
        """The digest and type of the blob or manifest that is asked for; empty when there is none."""
        if found := self._match(BLOB):
            return found["digest"], BINARY
        found = self._match(MANIFEST)
        tag = self.folder / "tags" / found["reference"] if found else None
        if tag is None or not tag.is_file():
            return "", ""
        digest, _, kind = tag.read_text().partition(" ")
        return digest, kind

    def _match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self.path)
        return found if found and found["name"].startswith(self.prefix) else None

    def _answer(self, status: int, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drain(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _receive(self, target: BinaryIO) -> None:
        """The body, in chunks or with its length."""
        if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
            return self._copy(int(self.headers.get("Content-Length") or 0), target)
        while size := int(self.rfile.readline().split(b";")[0] or b"0", 16):
            self._copy(size, target)
            self.rfile.readline()
        while self.rfile.readline().strip():
            continue
        return None

    def _copy(self, size: int, target: BinaryIO) -> None:
        while size > 0 and (piece := self.rfile.read(min(size, PIECE))):
            target.write(piece)
            size -= len(piece)


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}"
