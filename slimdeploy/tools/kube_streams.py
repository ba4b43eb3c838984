"""Streams into a pod over a websocket: its ports, and the terminal of a container.

The protocol is Kubernetes' own (apimachinery, "channel.k8s.io"): each message begins with the number of its channel.
websocket-client comes with the `kubernetes` client, whose own wrapper sends no user agent and hides the errors.
"""

from __future__ import annotations

import ssl
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from slimdeploy.errors import SlimdeployError, Unreachable
from slimdeploy.tools.kube_errors import Answer, explain
from slimdeploy.tools.kube_paths import PATHS
from slimdeploy.tools.kube_pods import PodWire
from slimdeploy.tools.kube_wire import CONNECT_SECONDS

PROTOCOLS = "v5.channel.k8s.io, v4.channel.k8s.io"
PORTS_PROTOCOL = "v4.channel.k8s.io"
STDIN, STDOUT, STDERR, ERROR, RESIZE = range(5)
CLOSE = 255
ANSWER_SECONDS = 1.0


@dataclass
class Channel:
    """One open websocket: messages as (channel, bytes)."""

    socket: Any
    timeout: float | None = None

    def send(self, channel: int, data: bytes) -> None:
        """One message. Raises OSError when the other side has gone."""
        import websocket

        try:
            self.socket.send_binary(bytes([channel]) + data)
        except websocket.WebSocketException as error:
            raise BrokenPipeError(str(error)) from None

    def receive(self) -> tuple[int, bytes] | None:
        """The next message; None when the other side has closed. Raises TimeoutError."""
        import websocket

        try:
            opcode, data = self.socket.recv_data()
        except websocket.WebSocketTimeoutException:
            raise TimeoutError from None
        except (websocket.WebSocketException, OSError):
            return None
        if opcode == websocket.ABNF.OPCODE_CLOSE or not data:
            return None
        return data[0], bytes(data[1:])

    def close(self) -> None:
        """Done with it."""
        with suppress(OSError):
            self.socket.close(timeout=1)


def open_port(kube: PodWire, namespace: str, pod: str, port: int) -> Channel:
    """A connection to a port on the pod's own loopback. Channel 0 is the data, 1 an error."""
    path = f"{PATHS['Pod'].format(namespace)}/{pod}/portforward?{urlencode({'ports': port})}"
    channel = _connect(kube, path, PORTS_PROTOCOL, f"forward port {port} of pod/{pod}")
    for _ in range(2):  # each channel first names its port
        channel.receive()
    return channel


def attach(kube: PodWire, namespace: str, pod: str, container: str) -> Channel:
    """The terminal of a container that was made with one."""
    query = {"container": container, "stdin": "true", "stdout": "true", "tty": "true"}
    path = f"{PATHS['Pod'].format(namespace)}/{pod}/attach?{urlencode(query)}"
    return _connect(kube, path, PROTOCOLS, f"attach to {container} of pod/{pod}")


def answers_inside(kube: PodWire, namespace: str, pod: str, port: int) -> bool:
    """Whether something listens at this port inside of the pod, on its loopback or all addresses."""
    try:
        channel = open_port(kube, namespace, pod, port)
    except SlimdeployError:  # not allowed, or not possible: then it is not known
        return False
    channel.socket.settimeout(ANSWER_SECONDS)
    try:
        first = channel.receive()
    except TimeoutError:
        return True  # connected, and it waits for us to speak
    finally:
        channel.close()
    return first is not None and first[0] == 0


def _connect(kube: PodWire, path: str, protocol: str, what: str) -> Channel:
    import websocket

    url = "ws" + kube.server.removeprefix("http") + path
    settings, login = kube.credentials()
    headers = [*(f"{key}: {value}" for key, value in login.items()), f"Sec-WebSocket-Protocol: {protocol}"]
    connection = websocket.WebSocket(sslopt=_tls(settings), enable_multithread=True)
    connection.settimeout(CONNECT_SECONDS)
    try:
        connection.connect(  # type: ignore[no-untyped-call]
            url, header=headers, **_proxy(settings)
        )
    except websocket.WebSocketBadStatusException as error:
        raise explain(
            Answer(error.status_code, error.resp_headers or {}, error.resp_body or b""), what, kube.server
        ) from None
    except (websocket.WebSocketException, OSError) as error:
        raise Unreachable(f"{what}: {kube.server} does not answer", details=(str(error),)) from None
    connection.settimeout(None)
    return Channel(connection)


def _tls(settings: Any) -> dict[str, Any]:  # noqa: ANN401 - a Configuration, which has no types
    if not settings.verify_ssl:
        return {"cert_reqs": ssl.CERT_NONE}
    given = {
        "ca_certs": settings.ssl_ca_cert,
        "certfile": settings.cert_file,
        "keyfile": settings.key_file,
        "server_hostname": settings.tls_server_name,
        "check_hostname": settings.assert_hostname,
    }
    return {"cert_reqs": ssl.CERT_REQUIRED} | {key: value for key, value in given.items() if value is not None}


def _proxy(settings: Any) -> dict[str, Any]:  # noqa: ANN401
    if not settings.proxy:
        return {}
    address = urlsplit(settings.proxy)
    return {"proxy_type": "http", "http_proxy_host": address.hostname, "http_proxy_port": address.port}
