"""A module server that wants a login: a Go module proxy over TLS on this machine, with one module."""

from __future__ import annotations

import base64
import io
import ssl
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

MODULE, VERSION = "private.example.com/lib", "v1.0.0"
GO_MOD = f"module {MODULE}\n"
USER, PASSWORD = "gopher", "let-me-in"


def _zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(f"{MODULE}@{VERSION}/go.mod", GO_MOD)
        archive.writestr(f"{MODULE}@{VERSION}/lib.go", "package lib\n\nfunc X() {}\n")
    return buffer.getvalue()


FILES = {
    f"/{MODULE}/@v/{VERSION}.info": b'{"Version": "v1.0.0"}',
    f"/{MODULE}/@v/{VERSION}.mod": GO_MOD.encode(),
    f"/{MODULE}/@v/{VERSION}.zip": _zip(),
}
LOGIN = "Basic " + base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.headers.get("Authorization") == LOGIN
        body = FILES.get(self.path) if known else None
        self.send_response(401 if not known else 200 if body else 404)
        self.end_headers()
        self.wfile.write(body or b"")

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""


@contextmanager
def module_server(folder: Path) -> Iterator[dict[str, str]]:
    """The variables by which go finds and trusts the server, the login in NETRC among them."""
    key, certificate, netrc = folder / "server.key", folder / "server.crt", folder / "netrc"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1",
         "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        machine = f"127.0.0.1:{server.server_port}"  # go compares with the port, if the address has one
        netrc.write_text(f"machine {machine} login {USER} password {PASSWORD}\n")
        yield {
            "GOPROXY": f"https://{machine}", "GOPRIVATE": "private.example.com", "GONOPROXY": "none",
            "NETRC": str(netrc), "SSL_CERT_FILE": str(certificate), "NO_PROXY": "127.0.0.1",
        }  # fmt: skip
        server.shutdown()
