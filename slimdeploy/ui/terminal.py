"""Events as lines on stderr: one a step, live on a terminal, plain everywhere else. The only user of `rich`."""

from __future__ import annotations

import os
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TextIO

from slimdeploy.errors import ConfigError, SlimdeployError
from slimdeploy.events import Event, Failed, Note, StepDone, StepFailed, StepStarted, ToolOutput, Waiting, Warned

STEP_WIDTH = 9
KEPT_LINES = 200


class Terminal:
    """A sink for events. Called from several threads."""

    def __init__(
        self,
        *,
        quiet: bool,
        verbose: bool,
        color: str,
        stream: TextIO | None = None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> None:
        """`stopped` tells whether everything was told to end: a step that ends then did not fail by itself."""
        self._stream = stream or sys.stderr
        self._quiet = quiet
        self._verbose = verbose
        self._color = wants_color(color, self._stream)
        self._stopped = stopped
        self._lock = threading.Lock()
        self._status: Any = None
        self._live = self._color and not verbose and not quiet and self._stream.isatty() and "CI" not in os.environ
        self._told: frozenset[str] = frozenset()
        self._tool_lines: deque[str] = deque(maxlen=KEPT_LINES)

    def __call__(self, event: Event) -> None:
        """Show one event."""
        with self._lock:
            match event:
                case StepStarted(step) | Waiting(step, _):
                    state = event.state if isinstance(event, Waiting) else "..."
                    self._spin(f"{step:<{STEP_WIDTH}} {state}")
                case StepDone(step, seconds, summary):
                    self._line(f"  {step:<{STEP_WIDTH}} {seconds:6.2f} s  {printable(summary)}".rstrip())
                case StepFailed(step, seconds):
                    how = "interrupted" if self._stopped() else "failed"
                    self._line(self._painted(f"  {step:<{STEP_WIDTH}} {seconds:6.2f} s  {how}", "31"))
                case Note(text):
                    self._line(self._painted(printable(text), "2"))
                case Warned(text):
                    self._line(self._painted(f"warning: {printable(text)}", "33"))
                case Failed(what, details):
                    self._failed(what, details)
                case ToolOutput(tool, line):
                    self._tool(tool, line)

    def _failed(self, what: str, details: tuple[str, ...]) -> None:
        """Before something is done about it; the error at the end does not repeat the details."""
        for line in (self._painted(f"failed: {printable(what)}", "31"), *(f"  {printable(line)}" for line in details)):
            self._line(line)
        self._told = frozenset(() if self._quiet else details)

    def _tool(self, tool: str, line: str) -> None:
        self._tool_lines.append(f"{tool}: {line}")
        if self._verbose:
            self._line(self._painted(f"    {tool}: {printable(line)}", "2"))

    def result(self, text: str) -> None:
        """The closing line, which says what changed and what comes next."""
        self._line(self._painted(printable(text), "1"))

    def failure(self, error: SlimdeployError) -> None:
        """Where, what, why, next step."""
        self.close()
        if isinstance(error, ConfigError):
            self._write(printable(error.what))
            return
        self._write(self._painted(f"error: {printable(error.what)}", "31"))
        for line in (line for line in error.details if line not in self._told):
            self._write(f"  {printable(line)}")
        for line in error.hint.splitlines():
            self._write(f"  {self._painted('next:', '36')} {printable(line)}")

    def close(self) -> None:
        """Leave nothing live on the screen."""
        if self._status is not None:
            self._status.stop()
            self._status = None

    def _spin(self, text: str) -> None:
        if not self._live:
            return
        if self._status is None:
            from rich.console import Console

            self._status = Console(file=self._stream, highlight=False).status("", spinner="dots")
            self._status.start()
        self._status.update(printable(text).replace("[", r"\["))

    def _line(self, text: str) -> None:
        self.close()
        if not self._quiet:
            self._write(text)

    def _write(self, text: str) -> None:
        with suppress(OSError):  # a full disk, a reader that has gone: that nobody reads it stops no work
            print(text, file=self._stream, flush=True)

    def _painted(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._color else text


def printable(text: str) -> str:
    """Text from elsewhere without control characters: it must not steer the terminal."""
    return "".join(char if char.isprintable() or char in "\n\t" else f"\\x{ord(char):02x}" for char in text)


def wants_color(choice: str, stream: TextIO) -> bool:
    """Whether what goes there may have colours (no-color.org)."""
    if choice != "auto":
        return choice == "always"
    return stream.isatty() and "NO_COLOR" not in os.environ and os.environ.get("TERM") != "dumb"
