"""What is done before slim.toml is read: if the sources are new, go is asked what it was asked the last time.

Starting Python, importing and reading slim.toml take 0.2 s of our own, in which go has half compiled already. If
slim.toml then wants something else, that is ended and forgotten. For sources that are known, go is not started.
"""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from slimdeploy.facts.outline import Outline, outline, read_heads, write_heads
from slimdeploy.facts.source import Sources, fingerprint, look
from slimdeploy.records import frozen
from slimdeploy.state.answers import Answers
from slimdeploy.state.memory import Memory
from slimdeploy.state.places import project_folder
from slimdeploy.state.workspace import workspace
from slimdeploy.tools.command import find
from slimdeploy.tools.go_ahead import GoAhead
from slimdeploy.tools.go_places import Call
from slimdeploy.tools.go_settings import check_flags

HEADS, ANSWERS = "heads.json", "answers"


@frozen
class HeadStart:
    """What the project's last builds gave, go that may have begun, and the run's folder to work in."""

    project: Path
    memory: Memory
    go: GoAhead
    work: Path
    former: frozenset[str]
    """The digests of the images that the last build here gave; none if there was no build."""
    _outline: Outline | None
    _end: ExitStack

    def look_again(self) -> HeadStart:
        """The same, after we have written to the project ourselves."""
        return replace(self, memory=Memory(self.memory.file, fingerprint(self.project)))

    def keep(self) -> None:
        """What go said that is new, after a build that went well; but not if somebody has edited the sources meanwhile:
        an outline knows a file by what is in it, so it would be taken for the answer to what was there before.
        """
        if self._outline and self.go.answers and fingerprint(self.project) == self.memory.fingerprint:
            folder = self.memory.file.parent
            Answers(folder / ANSWERS, self._outline.value).keep(self.go.answers)
            write_heads(folder / HEADS, self._outline.heads)

    def close(self) -> None:
        """End what go does for nobody, and remove the folder."""
        self._end.close()


def begin(project: Path, timeout: float | None = None) -> HeadStart:
    """Look at the sources; if they are new, let go begin. `timeout` is the seconds that one call of it may take.

    Raises PolicyRefused for a GOFLAGS that runs other programs: it may not have been there when go was asked last.
    """
    sources, folder = look(project), project_folder(project)
    memory, seen = Memory(folder / "memory.json", sources.fingerprint if sources else None), None
    with ExitStack() as stack:
        work = stack.enter_context(workspace())
        go = GoAhead(work)
        stack.callback(go.close)
        if not memory.knows_sources() and find("go"):
            check_flags()
            calls = [Call(*each, project, timeout) for each in memory.calls()]
            go.begin([each for each in calls if each.arguments[0] == "build"])  # it takes longest
            if sources and (seen := _outline(sources, folder)):
                go.known = Answers(folder / ANSWERS, seen.value).get
            go.begin(calls)
        kept = seen if sources and sources.settled else None
        return HeadStart(project, memory, go, work, memory.digests(), kept, stack.pop_all())


def _outline(sources: Sources, folder: Path) -> Outline | None:
    try:
        return outline(sources, read_heads(folder / HEADS))
    except OSError:
        return None
