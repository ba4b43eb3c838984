"""A server that accepts a request and does not answer: whoever waits is told long before that is given up."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

SILENCE = 3.0
LOOK_SECONDS = 0.25


class Silence:
    """Tells once, until there is an answer again. One thread looks after all requests, as long as there are any: one a
    request would take 0.3 ms each.
    """

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell
        self._since: dict[object, float] = {}
        self._told = self._watched = False
        self._lock = threading.Lock()

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """A request, until its answer is here, or was given up."""
        request = object()
        with self._lock:
            self._since[request] = time.monotonic()
            if not self._watched:
                self._watched = True
                threading.Thread(target=self._watch, daemon=True).start()
        try:
            yield
            self._told = False
        finally:
            with self._lock:
                del self._since[request]

    def _watch(self) -> None:
        while self._watched:
            time.sleep(LOOK_SECONDS)
            with self._lock:
                now, told = time.monotonic(), self._told
                silent = [request for request, began in self._since.items() if now - began >= SILENCE]
                self._since |= dict.fromkeys(silent, math.inf)  # once each, whatever is answered beside it
                self._told, self._watched = told or bool(silent), bool(self._since)
            if silent and not told:
                self._tell()
