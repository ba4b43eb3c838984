"""A real registry (Debian's docker-registry) on loopback, with its own storage; it needs no root and no cluster."""

from __future__ import annotations

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from tests.cluster.ports import free_ports

CONFIG = """\
version: 0.1
log:
  level: error
storage:
  filesystem:
    rootdirectory: {folder}/storage
  delete:
    enabled: true
http:
  addr: {address}
"""
REQUEST = re.compile(r'"(?P<method>[A-Z]+) (?P<path>\S+) HTTP/[\d.]+" (?P<status>\d+)')
UPLOADING = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True)
class Request:
    """One line of the registry's access log."""

    method: str
    path: str
    status: int


@dataclass(frozen=True)
class Registry:
    """A running registry and, from `offset` on, its access log."""

    address: str
    log: Path
    offset: int = 0

    def __str__(self) -> str:
        return self.address

    def mark(self) -> Registry:
        """The same registry, with the requests from now on."""
        return replace(self, offset=self.log.stat().st_size)

    def requests(self) -> list[Request]:
        found = REQUEST.finditer(self.log.read_bytes()[self.offset :].decode())
        return [Request(match["method"], match["path"], int(match["status"])) for match in found]

    def uploads(self) -> list[Request]:
        """What was sent to it: an unchanged run sends nothing."""
        return [request for request in self.requests() if request.method in UPLOADING]


@contextmanager
def running_registry(folder: Path) -> Iterator[Registry]:
    """A registry that lives as long as the block."""
    started = Registry(f"127.0.0.1:{free_ports(1)[0]}", folder / "registry.log")
    command = ["setpriv", "--pdeathsig", "KILL", "--", *command_line(folder, started.address)]
    with started.log.open("wb") as log:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    try:
        wait_until_listening(started.address)
        yield started
    finally:
        process.kill()
        process.wait()


def command_line(folder: Path, address: str) -> list[str]:
    config = folder / "registry.yaml"
    config.write_text(CONFIG.format(folder=folder, address=address))
    return ["docker-registry", "serve", str(config)]


def wait_until_listening(address: str) -> None:
    """It listens when it is ready to answer, by http or https."""
    deadline, (host, port) = time.monotonic() + 60, address.split(":")
    while True:
        with suppress(OSError), socket.create_connection((host, int(port)), 2):
            return
        if time.monotonic() > deadline:
            raise TimeoutError(f"the registry does not answer on {address}")
        time.sleep(0.02)
