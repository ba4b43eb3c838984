"""What is done before slim.toml is read: if the sources are new, go is asked what it was asked the last time.

Reading slim.toml takes 0.1 s of our own, in which go has half compiled already. If slim.toml then wants something else,
that is ended and forgotten. For sources that are known, go is not started.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from slimdeploy.facts.source import fingerprint
from slimdeploy.state.memory import Memory
from slimdeploy.state.places import project_folder
from slimdeploy.state.workspace import workspace
from slimdeploy.tools.command import find
from slimdeploy.tools.go_ahead import GoAhead
from slimdeploy.tools.go_places import Call
from slimdeploy.tools.go_settings import check_flags


@dataclass(frozen=True)
class HeadStart:
    """What the project's last builds gave, go that may have begun, and the run's folder to work in."""

    memory: Memory
    go: GoAhead
    work: Path
    _end: ExitStack

    def look_again(self, project: Path) -> HeadStart:
        """The same, after we have written to the project ourselves."""
        return replace(self, memory=Memory(self.memory.file, fingerprint(project)))

    def close(self) -> None:
        """End what go does for nobody, and remove the folder."""
        self._end.close()


def begin(project: Path, timeout: float | None = None) -> HeadStart:
    """Look at the sources; if they are new, let go begin. `timeout` is the seconds that one call of it may take.

    Raises PolicyRefused for a GOFLAGS that runs other programs: it may not have been there when go was asked last.
    """
    memory = Memory(project_folder(project) / "memory.json", fingerprint(project))
    with ExitStack() as stack:
        work = stack.enter_context(workspace())
        go = GoAhead(work)
        stack.callback(go.close)
        if not memory.knows_sources() and find("go"):
            check_flags()
            go.begin([Call(*each, project, timeout) for each in memory.calls()])
        return HeadStart(memory, go, work, stack.pop_all())
