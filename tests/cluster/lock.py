"""One cluster a machine: the supervisor holds a name in the network namespace, and the kernel says who that is.

An abstract unix socket and not a locked file, because a second cluster clashes where interfaces and iptables are
shared, that is in one network namespace, even when the two see different files (a container, another root folder). The
name is gone with its holder, however that ended.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

NAME = "\0slimdeploy-test-cluster"


class HeldError(Exception):
    """Another process has the cluster."""

    def __init__(self, pid: int) -> None:
        who = f"process {pid}" if pid else "a process outside this container or root folder"
        super().__init__(f"a test cluster is already on this machine, held by {who}; there can be one at a time")


@contextmanager
def machine_lock() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX) as lock:
        try:
            lock.bind(NAME)
        except OSError:
            raise HeldError(holder() or 0) from None
        lock.listen(64)
        yield lock


def holder() -> int | None:
    """The holder's pid, 0 if it has none in this pid namespace, None if nobody holds the lock."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(2)
        try:
            probe.connect(NAME)
        except ConnectionRefusedError:
            return None
        except OSError:
            return 0
        return int(struct.unpack("3i", probe.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0])
