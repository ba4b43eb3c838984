"""Every kind of failure, and its exit code (docs/exit-codes.md). The text is written where it is raised."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class SlimdeployError(Exception):
    """A failure that a person can act on. `code` is the process's exit code."""

    code: ClassVar[int]

    def __init__(self, what: str, *, details: Sequence[str] = (), hint: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.details = tuple(details)
        self.hint = hint


class UsageError(SlimdeployError):
    """The command line is wrong."""

    code = 64


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong in slim.toml. Lines and columns count characters from 1; end_column is exclusive."""

    file: str
    line: int
    column: int
    end_column: int
    path: str
    code: str
    message: str
    hint: str = ""
    source: str = ""  # the line's text, for the caret

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}:{self.column}"
        if not self.source:
            return f"{where}: error: {self.message}" + (f"\n       {self.hint}" if self.hint else "")
        before, marked = self.source[: self.column - 1], self.source[self.column - 1 : self.end_column - 1]
        pointer = f"      | {' ' * _width(before)}{'^' * max(1, _width(marked))} {self.hint}".rstrip()
        return f"{where}: error: {self.message}\n{self.line:>5} | {_drawn(self.source)}\n{pointer}"


def _drawn(text: str) -> str:
    """Safe for a terminal: what does not print is shown as \\u001b, a tab as a space."""
    return "".join(each if each.isprintable() else f"\\u{ord(each):04x}" for each in text.replace("\t", " "))


def _width(text: str) -> int:
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in _drawn(text))


class ConfigError(SlimdeployError):
    """slim.toml is wrong; `problems` holds everything that is, in the order of the file."""

    code = 65

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = tuple(problems)


class UnreadableFile(SlimdeployError):
    """A file that was named cannot be read."""

    code = 66


class Unreachable(SlimdeployError):
    """The registry, the API server or the module proxy does not answer."""

    code = 69


class InternalError(SlimdeployError):
    """A mistake of ours."""

    code = 70


class ToolMissing(SlimdeployError):
    """A program that is needed is not installed, or too old."""

    code = 72


class DiskFull(SlimdeployError):
    """No space is left where something had to be written."""

    code = 73


class Locked(SlimdeployError):
    """Another slimdeploy works on the same project: try later."""

    code = 75


class IntegrityError(SlimdeployError):
    """Something is not what it was: a digest or a checksum differs."""

    code = 76


class NotAllowed(SlimdeployError):
    """The registry or the API server refuses these credentials."""

    code = 77


class PolicyRefused(SlimdeployError):
    """slimdeploy itself refuses: the request is unsafe."""

    code = 78


class CompileFailed(SlimdeployError):
    """go build failed."""

    code = 80


class LinkageRefused(SlimdeployError):
    """The binary would not start in an empty image."""

    code = 81


class ImageFailed(SlimdeployError):
    """The image could not be assembled."""

    code = 82


class PushFailed(SlimdeployError):
    """The image could not be delivered."""

    code = 83


class ApiRejected(SlimdeployError):
    """The API server rejected the manifests."""

    code = 84


class FieldConflict(SlimdeployError):
    """Somebody else manages a field that we would set."""

    code = 85


class RolloutFailed(SlimdeployError):
    """The new pods do not serve. Nothing was rolled back."""

    code = 87


class CleanupIncomplete(SlimdeployError):
    """The work is done, but something of the old remains."""

    code = 88


class WrongCluster(SlimdeployError):
    """The context does not exist, or is not the cluster that slim.toml names."""

    code = 89


class ProgramFailed(SlimdeployError):
    """`run`: the program itself ended with an error."""

    code = 90


class DeadlineExceeded(SlimdeployError):
    """The overall time limit is over."""

    code = 124


class Interrupted(SlimdeployError):
    """Ctrl-C."""

    code = 130


class Terminated(SlimdeployError):
    """SIGTERM or SIGHUP."""

    code = 143
