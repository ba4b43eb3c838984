"""Lines of several copies, handed on in the order in which they come."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from contextlib import suppress

from slimdeploy.deploy.destination import LogLine

LOOK_SECONDS = 1.0
"""How long before somebody looks whether there are other copies by now."""
Sink = Callable[[LogLine], bool]
"""Takes a line; False when nobody listens any more."""


def drain(arriving: queue.Queue[LogLine], sink: Sink) -> bool:
    """Hand on what comes in the next second; False when nobody listens any more."""
    deadline = time.monotonic() + LOOK_SECONDS
    while (left := deadline - time.monotonic()) > 0:
        with suppress(queue.Empty):
            if not sink(arriving.get(timeout=left)):
                return False
    return True
