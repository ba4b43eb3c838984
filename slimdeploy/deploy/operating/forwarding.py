"""Ports of this machine that lead to the app's: a connection each to a copy that serves just then.

So a rollout is survived: the next connection goes to a new pod. Only 127.0.0.1 is listened on.
"""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing, suppress
from typing import Any

from slimdeploy.deploy.destination import PortPair
from slimdeploy.deploy.rollout import pods
from slimdeploy.errors import SlimdeployError, UsageError
from slimdeploy.records import frozen
from slimdeploy.tools.kube import Kube
from slimdeploy.tools.kube_streams import Channel, open_port

CHUNK = 65536
DATA = 0
Say = Callable[[str], None]
Candidates = Callable[[int], Iterable[Mapping[str, Any]]]
"""The copies that a port may lead to."""


@frozen
class Forward:
    """Where connections go."""

    kube: Kube
    candidates: Candidates
    say: Say

    def serve(self, ports: Sequence[PortPair]) -> None:
        """Accept connections until we are stopped."""
        with selectors.DefaultSelector() as selector:
            for pair in ports:
                server = listen(pair)
                selector.register(server, selectors.EVENT_READ, pair.there)
                self.say(f"http://127.0.0.1:{server.getsockname()[1]} -> port {pair.there}")
            while True:
                for key, _ in selector.select():
                    connection, _ = key.fileobj.accept()  # type: ignore[union-attr]
                    threading.Thread(target=self._carry, args=(connection, key.data), daemon=True).start()

    def _carry(self, connection: socket.socket, port: int) -> None:
        with closing(connection):
            channel = self._open(port)
            if channel is None:
                return
            with closing(channel):
                threading.Thread(target=_upstream, args=(connection, channel), daemon=True).start()
                self._downstream(connection, channel)
                _hang_up(connection)

    def _open(self, port: int) -> Channel | None:
        """To the first copy that can be reached: one may have gone since it was listed."""
        reason = "no copy runs"
        with suppress(SlimdeployError):
            for pod in sorted(self.candidates(port), key=pods.is_ready, reverse=True):
                try:
                    return open_port(self.kube, pod["metadata"]["namespace"], pods.name_of(pod), port)
                except SlimdeployError as error:
                    reason = f"{error.what}: {' '.join(error.details)}"
        self.say(reason)
        return None

    def _downstream(self, connection: socket.socket, channel: Channel) -> None:
        while message := channel.receive():
            number, data = message
            if number != DATA:
                self.say(pods.shortened(data.decode("utf-8", "replace")))
                return
            try:
                connection.sendall(data)
            except OSError:
                return


def _hang_up(connection: socket.socket) -> None:
    """Tell the client that there is no more: closing alone does not, as long as a thread waits for what it says."""
    with suppress(OSError):  # it has gone itself
        connection.shutdown(socket.SHUT_RDWR)


def _upstream(connection: socket.socket, channel: Channel) -> None:
    """What the client sends. That it has said all it has to say cannot be passed on (protocol v4)."""
    with suppress(OSError):
        while data := connection.recv(CHUNK):
            channel.send(DATA, data)


def listen(pair: PortPair) -> socket.socket:
    """The listening socket. Raises UsageError when the port is taken."""
    try:
        return socket.create_server(("127.0.0.1", pair.here))
    except OSError as error:
        hint = f"another one: slimdeploy port-forward {pair.here + 10000 if pair.here < 50000 else 0}:{pair.there}"
        raise UsageError(f"port {pair.here} on 127.0.0.1: {error.strerror}", hint=hint) from None


def running(found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The pods that can be connected to."""
    alive = (pod for pod in found if "deletionTimestamp" not in pod["metadata"])
    return [pod for pod in alive if pod.get("status", {}).get("phase") == "Running"]
