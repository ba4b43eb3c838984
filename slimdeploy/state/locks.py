"""One slimdeploy at a time on one project. The lock ends with its holder, however that dies."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from slimdeploy.errors import Locked
from slimdeploy.state.flock import Busy, held


@contextmanager
def locked(folder: Path, what: str, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of a folder; wait at most `wait` seconds for it. Raises Locked with the holder's name."""
    holder, end = folder / "holder.json", time.monotonic() + wait
    with ExitStack() as lock:
        while True:
            try:
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
                lock.enter_context(held(folder / "lock", max(end - time.monotonic(), 0)))
                break
            except (FileNotFoundError, FileExistsError):  # `cache prune` removes the folder in this very moment
                continue
            except Busy:
                raise Locked(
                    f"another slimdeploy works on {what}{_holder(holder)}",
                    hint="wait for it, then run this again; --lock-wait 5m waits",
                ) from None
        try:
            holder.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "since": time.time()}))
            yield
        finally:
            holder.unlink(missing_ok=True)


def _holder(file: Path) -> str:
    """Who it is; the other one may have the lock and not yet have written that."""
    for _ in range(20):
        if said := _read(file):
            return said
        time.sleep(0.01)
    return ""


def _read(file: Path) -> str:
    try:
        known = json.loads(file.read_text())
        since = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime(known["since"]))
        return f": pid {known['pid']} on {known['host']}, since {since}"
    except (OSError, ValueError, KeyError, TypeError):
        return ""
