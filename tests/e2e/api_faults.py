"""A proxy in front of the real API server: it ends TLS with a CA of its own, and does what networks and servers do."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from tests.cluster.cluster import Cluster
from tests.deliver.faults import HOP_BY_HOP, Fault, Handler, Proxy, Server
from tests.deliver.registries import certify

NAME = "fault-test"
WRITES = r"/hello\?fieldManager=slimdeploy&fieldValidation=Strict$"  # a PATCH that is no dry-run


class ApiHandler(Handler):
    """Also: `lost` asks the server and loses its answer."""

    server: ApiServer

    def handle_any(self) -> None:
        proxy = self.server.proxy
        if self.server.down.is_set():
            return self.reset()
        with proxy.lock:
            ours = (each for each in proxy.faults if each.kind == "lost")
            fault = next((each for each in ours if each.matches(self.command, self.path)), None)
            if fault:
                fault.times -= 1
        if fault:
            self.ask(self.body(0))
            return self.reset()
        return super().handle_any()

    do_GET = do_PUT = do_POST = do_PATCH = do_DELETE = handle_any  # noqa: N815 - http.server's names

    def ask(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        address = urlsplit(self.server.upstream)
        assert address.hostname
        upstream = http.client.HTTPSConnection(address.hostname, address.port, timeout=30, context=self.server.trust)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP | {"host"}}
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        found = {name: value for name, value in answer.getheaders() if name.lower() not in HOP_BY_HOP}
        content = answer.read()
        upstream.close()
        return answer.status, found, content


def status(code: int, message: str) -> str:
    """A refusal as the API server writes it."""
    return json.dumps({"kind": "Status", "apiVersion": "v1", "status": "Failure", "message": message, "code": code})


class ApiServer(Server):
    upstream: str
    trust: ssl.SSLContext
    down: threading.Event
    asked: list[float]
    """When each connection came, whether anything was asked by it or not."""

    def verify_request(self, *_: object) -> bool:
        self.asked.append(time.monotonic())
        return True


@contextmanager
def api_proxy(
    cluster: Cluster, folder: Path, *faults: Fault, years: tuple[str, str] | None = None
) -> Iterator[tuple[ApiServer, str]]:
    """The proxy, and a kubeconfig that leads to it. `years` are the first and the last day of its certificate."""
    document = yaml.safe_load(cluster.kubeconfig.read_text())
    there = document["clusters"][0]["cluster"]
    certificate = make_dated(folder, years) if years else make_certificate(folder)
    server = ApiServer(("127.0.0.1", 0), ApiHandler, bind_and_activate=True)
    server.upstream, server.down, server.asked = there["server"], threading.Event(), []
    (folder / "upstream-ca.crt").write_bytes(base64.b64decode(there["certificate-authority-data"]))
    server.trust = ssl.create_default_context(cafile=str(folder / "upstream-ca.crt"))
    server.proxy = Proxy(f"127.0.0.1:{server.server_address[1]}", there["server"], list(faults))
    ending = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ending.load_cert_chain(*certificate)
    server.socket = ending.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    there |= {"server": f"https://{server.proxy.address}", "certificate-authority": str(certificate[0])}
    del there["certificate-authority-data"]
    (folder / "proxied.kubeconfig").write_text(yaml.safe_dump(document))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server, str(folder / "proxied.kubeconfig")
    finally:
        server.proxy.ended.set()
        server.shutdown()
        thread.join()
        server.server_close()


def make_dated(folder: Path, years: tuple[str, str]) -> tuple[Path, Path]:
    """The same, for this time only."""
    certify(folder, "IP:127.0.0.1", years)
    return folder / "tls.crt", folder / "tls.key"


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed certificate for loopback, and its key."""
    certificate, key = folder / "proxy.crt", folder / "proxy.key"
    kind = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
    who = ("-subj", f"/CN={NAME}", "-addext", "subjectAltName=IP:127.0.0.1")
    command = ["openssl", "req", "-x509", *kind, *who, "-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
