"""What one run of the command line has: where it prints, and what has begun before the command line was read.

click and the terminal take 0.05 s to import: they come after go has begun.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from slimdeploy.errors import SlimdeployError

if TYPE_CHECKING:
    from slimdeploy.cli.output import Output
    from slimdeploy.facts.head_start import HeadStart

BUILDING = frozenset({"build", "push", "render", "diff", "up", "run", "redeploy"})
DIRECTORY = ("-C", "--directory")
OTHERWISE = (*DIRECTORY, "-h", "--help", "--lock-wait", "--build-timeout")
"""With a word that begins so, other than `-C DIR`, go waits until the command line is read."""
DECIDING = ("DIRECTORY", "LOCK_WAIT", "BUILD_TIMEOUT")
"""The same, of the variables SLIMDEPLOY_*."""


class Session:
    """One run."""

    def __init__(self) -> None:
        self.head: HeadStart | None = None

    @cached_property
    def output(self) -> Output:
        """Where it prints."""
        from slimdeploy.cli.output import Output

        return Output()

    def begin(self, arguments: Sequence[str]) -> None:
        """Let go begin, if a verb that builds is asked for in the usual way. What is wrong comes out later."""
        project = _project(arguments)
        if project is None:
            return
        from slimdeploy.facts.head_start import begin

        try:
            self.head = begin(project)
        except (SlimdeployError, OSError):
            self.head = None

    def head_of(self, project: Path) -> HeadStart | None:
        """What has begun for this project."""
        return self.head if self.head and self.head.project == project else None

    def close(self) -> None:
        """End what nobody has asked for."""
        if self.head:
            self.head.close()


def _project(arguments: Sequence[str]) -> Path | None:
    """The project's folder, where the arguments say at once what it is; a value is never taken for a flag."""
    if not arguments or arguments[0] not in BUILDING or any(f"SLIMDEPLOY_{each}" in os.environ for each in DECIDING):
        return None
    if any(each.startswith(OTHERWISE) and each not in DIRECTORY for each in arguments):
        return None
    given = [value for name, value in pairwise(arguments) if name in DIRECTORY]
    return Path(given[-1] if given else ".").resolve()
