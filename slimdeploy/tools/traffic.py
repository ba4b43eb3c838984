"""Whether a program still moves bytes: what it has read and written so far, as the kernel counts it (proc(5), io).

skopeo prints nothing while it uploads, and waits for ever for a registry that hangs. A slow link moves a little all the
time; of what hangs, only the Go runtime's own wake-ups are counted (1 or 2 bytes a second, measured).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from slimdeploy.records import frozen

LOOK_SECONDS = 0.25
NOISE = 512
"""Bytes. Less than this since the last sign of life is none."""


@frozen
class Watch:
    """How many seconds a program may move nothing, and who is told, each `every` seconds, how many bytes it wrote."""

    idle: float
    written: Callable[[int], None]
    every: float = 10.0


@contextmanager
def watched(pid: int, watch: Watch | None, end: Callable[[int], None]) -> Iterator[threading.Event]:
    """Look at a program and its children while the block runs; `end` it when it is idle. The event says that it was."""
    over, idle = threading.Event(), threading.Event()
    if watch is None:
        yield idle
        return

    def look() -> None:
        if _grew_idle(pid, watch, over):
            idle.set()
            end(pid)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield idle
    finally:
        over.set()
        thread.join()


def _grew_idle(pid: int, watch: Watch, over: threading.Event) -> bool:
    moved, alive, told = 0, time.monotonic(), time.monotonic()
    while not over.wait(LOOK_SECONDS):
        now, counted = time.monotonic(), _moved(pid)
        if counted is None:  # ended just now, or the kernel does not tell: the overall limit remains
            return False
        if sum(counted) > moved + NOISE:
            moved, alive = sum(counted), now
        if now - alive > watch.idle:
            return True
        if now - told >= watch.every:
            watch.written(counted[1])
            told = now
    return False


def _moved(pid: int) -> tuple[int, int] | None:
    """Bytes read and written by a process and everything that it started."""
    try:
        lines = Path(f"/proc/{pid}/io").read_text(encoding="ascii").splitlines()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:
        return None
    counts = dict(line.split(": ") for line in lines)
    found = [_moved(int(child)) or (0, 0) for child in children]
    read, written = int(counts["rchar"]), int(counts["wchar"])
    return read + sum(each[0] for each in found), written + sum(each[1] for each in found)
