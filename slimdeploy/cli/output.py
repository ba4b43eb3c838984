"""stdout carries only the result, as text or as one JSON document; everything else goes to stderr."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from dataclasses import asdict
from typing import Any

import click

from slimdeploy.cli.stopping import told
from slimdeploy.cli.streams import write
from slimdeploy.errors import ConfigError, DiskFull, SlimdeployError
from slimdeploy.ui.terminal import Terminal, printable, wants_color


class Output:
    """Where a verb puts its result and its events. `terminal` is set up once the flags are known."""

    def __init__(self) -> None:
        self.terminal = Terminal(quiet=False, verbose=False, color="auto", stopped=_stopped)
        self.json = False
        self.verbose = False
        self.color = False
        """Whether stdout is a terminal that wants colours."""

    def configure(self, *, quiet: bool, verbose: bool, color: str, form: str) -> None:
        """Take over the flags."""
        self.json = form == "json"
        self.verbose = verbose
        self.color = wants_color(color, sys.stdout)
        self.terminal = Terminal(quiet=quiet, verbose=verbose, color=color, stopped=_stopped)

    def paint(self, text: str, color: str) -> str:
        """A part of a result in colour, if stdout is a terminal that wants it. Controls in the text are shown."""
        plain = printable(text)
        return click.style(plain, fg=color) if color and self.color else plain

    def result(self, text: str, document: Any) -> None:  # noqa: ANN401 - anything that JSON holds
        """Print the result: the text, or the document with -o json. Raises DiskFull."""
        shown = json.dumps(document, indent=2, default=str) if self.json else text
        if shown:
            write(shown.rstrip("\n") + "\n")

    def line(self, text: str, prefix: str = "") -> bool:
        """One line of a result that is printed as it comes; False when nobody reads any more."""
        return write(prefix + printable(text) + "\n")

    def closing(self, text: str) -> None:
        """The last line for people."""
        self.terminal.result(text)

    def failed(self, error: SlimdeployError) -> int:
        """Show an error, as far as that can be done; the exit code."""
        self.terminal.failure(error)
        if self.json:
            with suppress(DiskFull):
                self.result("", {"error": _document(error)})
        return error.code


def _stopped() -> bool:
    return told() is not None


def _document(error: SlimdeployError) -> dict[str, Any]:
    if isinstance(error, ConfigError):
        problems = [
            {key: value for key, value in asdict(problem).items() if key != "source"} for problem in error.problems
        ]
        return {"exit_code": error.code, "problems": problems}
    return {
        "exit_code": error.code,
        "message": error.what,
        "details": error.details,
        "hint": error.hint,
        "next": error.hint.splitlines(),
    }
