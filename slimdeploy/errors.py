"""Every kind of failure, and its exit code (docs/exit-codes.md). The text is written where it is raised."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from slimdeploy.problems import Problem


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
    """The image could not be assembled, or is larger than image.max_size."""

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


class RolledBack(SlimdeployError):
    """The new pods did not serve; the previous release runs again, and that was verified."""

    code = 86


class RolloutFailed(SlimdeployError):
    """The new pods do not serve. Nothing was rolled back."""

    code = 87

    def __init__(
        self, what: str, *, details: Sequence[str] = (), hint: str = "", kind: str = "", ours: bool = True
    ) -> None:
        super().__init__(what, details=details, hint=hint)
        self.kind = kind  # Kubernetes' own reason, where there is one
        self.ours = ours  # False: somebody paused, replaced or deleted it, so that going back would be wrong


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
