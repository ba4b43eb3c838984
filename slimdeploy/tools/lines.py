"""Where a program's output goes: a file-like object that keeps lines and hands them on as they come."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

LineSink = Callable[[str], None]


class Lines:
    """A file for sh to write lines to: with a function instead, each call takes 0.1 s (sh polls its input then).

    It never raises: an error here would die unseen in sh's thread.
    """

    def __init__(self, most: int | None = None, then: LineSink | None = None) -> None:
        self._kept: deque[str] = deque(maxlen=most)
        self._then = then

    def write(self, chunk: bytes) -> None:
        """Take one line; sh's buffers end at line breaks."""
        line = chunk.decode("utf-8", "replace")
        self._kept.append(line)
        if self._then is not None:
            try:
                self._then(line.rstrip("\n"))
            except Exception:  # noqa: BLE001 - a sink that fails must not stop the program or lose its output
                self._then = None

    @property
    def lines(self) -> tuple[str, ...]:
        """Each line, without its end."""
        return tuple(line.rstrip("\n") for line in self._kept)

    @property
    def text(self) -> str:
        """Everything, as it was printed."""
        return "".join(self._kept)
