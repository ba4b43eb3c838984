"""A program that begins before `sh` is there: importing that takes 60 ms, in which go has read its caches.

Only for what is begun ahead of being asked for. Its output waits in files until then.
"""

from __future__ import annotations

import os
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path

from slimdeploy.tools.command import Command, ToolFailed, ToolTimeout, deadline, prepared, start
from slimdeploy.tools.containment import kill_group
from slimdeploy.tools.lines import LineSink
from slimdeploy.tools.running import registered, terminations


class Begun:
    """A command that runs; `place` is where its output is kept, with .out and .err behind it. Raises ToolMissing."""

    def __init__(self, command: Command, place: Path) -> None:
        argv, environment = prepared(command)
        self.command, self.since, before = command, time.monotonic(), terminations()
        self._out, self._err = place.with_suffix(".out"), place.with_suffix(".err")
        with self._out.open("wb") as out, self._err.open("wb") as err:
            options = {"stdin": subprocess.DEVNULL, "stdout": out, "stderr": err, "cwd": command.folder}
            self._process = start(subprocess.Popen, [argv], options | {"env": environment, "start_new_session": True})
        self._known = ExitStack()
        self._known.enter_context(registered(self, command))
        if terminations() > before:  # we were told to stop while it started
            kill_group(self.pid)

    @property
    def pid(self) -> int:
        """Of the process that leads its group."""
        return int(self._process.pid)

    def signal_group(self, number: int) -> None:
        """To it and what it started."""
        os.killpg(self.pid, number)

    def answer(self, on_line: LineSink | None = None) -> str:
        """Wait for the end: what it printed to stdout. Raises ToolFailed, ToolTimeout, as `run` does."""
        limit = self.command.timeout
        left = None if limit is None else max(limit - (time.monotonic() - self.since), 0.001)
        with self._known, deadline(self.pid, left) as expired:
            code = self._process.wait()
        lines = self._err.read_text("utf-8", "replace").splitlines()
        if on_line:
            for line in lines:
                on_line(line)
        out = self._out.read_text("utf-8", "replace")
        if code == 0:
            return out
        if expired.is_set():
            raise ToolTimeout(self.command.argv[0], limit or 0.0, lines)
        raise ToolFailed(self.command.argv[0], code, lines or out.splitlines())

    def end(self) -> None:
        """Nobody will ask for it."""
        with self._known:
            kill_group(self.pid)
            self._process.wait()
