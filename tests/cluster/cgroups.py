"""The cgroup that all pods live in: made for the kubelet (which does not make its root itself) and removed at the end.

cgroup v1 has a hierarchy for each controller, v2 has one; /proc/mounts tells them all.
"""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from tests.cluster.layout import CGROUP


def make() -> None:
    for hierarchy in _hierarchies():
        (hierarchy / CGROUP).mkdir(exist_ok=True)
        _enable_controllers(hierarchy)


def remove() -> None:
    """End what still runs inside (its pod is gone), then remove the groups, leaves first."""
    deadline = time.monotonic() + 60
    while groups := _groups():
        for group in groups:
            _kill(group)
            with suppress(OSError):  # busy: a killed process is not gone yet
                group.rmdir()
        if time.monotonic() > deadline:
            raise TimeoutError(f"still in use: {groups[-1]}")
        time.sleep(0.01)


def _hierarchies() -> list[Path]:
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return sorted({Path(fields[1]) for fields in mounts if fields[2] in {"cgroup", "cgroup2"}})


def _enable_controllers(hierarchy: Path) -> None:
    """v2 only: a child has the controllers that its parent passes on."""
    available = hierarchy / "cgroup.controllers"
    names = available.read_text().split() if available.exists() else []
    for name in names:
        with suppress(OSError):
            (hierarchy / "cgroup.subtree_control").write_text(f"+{name}")


def _groups() -> list[Path]:
    tops = [str(hierarchy / CGROUP) for hierarchy in _hierarchies()]
    return [Path(folder) for top in tops for folder, _, _ in os.walk(top, topdown=False)]


def _kill(group: Path) -> None:
    with suppress(OSError):
        for pid in (int(line) for line in (group / "cgroup.procs").read_text().split()):
            if pid:  # 0 is a process of another pid namespace; and kill(0) would be ourselves
                os.kill(pid, signal.SIGKILL)
