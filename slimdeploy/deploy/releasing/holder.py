"""Who holds a Lease: user@host and pid for people, and the very process, so that its death on this machine shows."""

from __future__ import annotations

import getpass
import json
import os
import secrets
import socket
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from slimdeploy.records import frozen

HOLDER = "slimdeploy.io/holder"


@frozen
class Holder:
    """One run. `machine` is this boot of the kernel and its table of processes; `started` is in ticks since then."""

    who: str
    pid: int
    run: str
    machine: str
    started: str

    @classmethod
    def myself(cls) -> Holder:
        """This process."""
        pid = os.getpid()
        return cls(who(), pid, secrets.token_hex(8), _machine(), _started(pid))

    @classmethod
    def of(cls, lease: Mapping[str, Any]) -> Holder | None:
        """Whoever a Lease names; None when that is not one of us."""
        try:
            return cls(**json.loads(lease["metadata"]["annotations"][HOLDER]))
        except (KeyError, TypeError, ValueError):
            return None

    def to_json(self) -> str:
        """As the Lease's annotation holds it."""
        return json.dumps(asdict(self))

    def is_gone(self) -> bool:
        """Whether it ran here and does not any more. Of other machines' processes nothing is known."""
        return bool(self.machine) and self.machine == _machine() and _is_another(self.pid, self.started)

    def __str__(self) -> str:
        return f"{self.who} pid {self.pid}"


def who() -> str:
    """user@host, as people know themselves; a user without a name is a number."""
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        user = str(os.getuid())
    return f"{user}@{socket.gethostname()}"


def _machine() -> str:
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {os.readlink('/proc/self/ns/pid')}"  # noqa: PTH115 - it is no path
    except OSError:
        return ""


def _is_another(pid: int, started: str) -> bool:
    """Whether the process with this number is not the one that started then. One that is hidden from us is alive."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return _started(pid) != started


def _started(pid: int) -> str:
    """When a process started; empty when there is none (field 22 of proc(5) stat), or a dead one nobody waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in {"Z", "X"} else fields[19]
