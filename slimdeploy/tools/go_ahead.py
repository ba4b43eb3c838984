"""go of this machine, which has begun already with what it was asked the last time: before slim.toml is read.

Who then asks the same gets that answer, and sees no difference but the time. What nobody asks for is ended. What the
packages are and import is answered from before where it is known.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from slimdeploy.tools.begun import Begun
from slimdeploy.tools.go_places import Call, ThisMachine, go_command
from slimdeploy.tools.lines import LineSink

OUTPUT, WORK, CACHE = "-o=", "GOTMPDIR", "GOCACHE"
"""Where a result goes and where go works differ from run to run, and do not matter."""
PARTLY = '"Incomplete": true'
"""In an answer of `go list -e`: something is missing (another time it may be there, with the same sources)."""


def nothing(question: str) -> str | None:  # noqa: ARG001
    """No answer is known."""
    return None


class GoAhead(ThisMachine):
    """A place for go that works ahead. `folder` is for what it makes; `asked` is what it was asked so far.

    `known` gives the answers from before, `answers` holds the new ones that are worth keeping.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[Call] = []
        self.known: Callable[[str], str | None] = nothing
        self.answers: dict[str, str] = {}
        self._begun: dict[str, tuple[Begun, Path]] = {}

    def begin(self, calls: Sequence[Call]) -> None:
        """Start those whose answers are not known. Raises ToolMissing."""
        for call in calls:
            question = _key(call)
            if question not in self._begun and self.known(question) is None:
                place = self.folder / f"ahead-{len(self._begun)}"
                self._begun[question] = Begun(go_command(_placed(call, place, self.folder)), place), place

    def run(self, call: Call, on_line: LineSink | None) -> str:
        """What go prints; known, begun, or neither."""
        plain, output = _plain(call)
        self.asked.append(plain)
        question = _key(plain)
        if (known := self.known(question)) is not None:
            return known
        answer = self._ask(call, question, output, on_line)
        if plain.arguments[0] == "list" and CACHE not in plain.environment and PARTLY not in answer:
            self.answers[question] = answer
        return answer

    def _ask(self, call: Call, question: str, output: Path | None, on_line: LineSink | None) -> str:
        begun, place = self._begun.pop(question, (None, None))
        if begun is None or place is None:
            if output:  # another build than the last one: nothing may keep it waiting
                self.close()
            return super().run(call, on_line)
        answer = begun.answer(on_line)
        if output:
            place.replace(output)
        return answer

    @property
    def repeatable(self) -> list[Call]:
        """What a next run will ask, too, in all likelihood: one build, and what is asked around it."""
        usual = [
            each for each in self.asked if each.arguments[0] in {"build", "list"} and CACHE not in each.environment
        ]
        return usual if sum(each.arguments[0] == "build" for each in usual) == 1 else []

    def close(self) -> None:
        """End what nobody has asked for."""
        while self._begun:
            _, (begun, _) = self._begun.popitem()
            begun.end()


def _plain(call: Call) -> tuple[Call, Path | None]:
    """The call without what differs from run to run; and where its result shall go."""
    output = next((Path(each.removeprefix(OUTPUT)) for each in call.arguments if each.startswith(OUTPUT)), None)
    arguments = tuple(each for each in call.arguments if not each.startswith(OUTPUT))
    environment = {name: value for name, value in call.environment.items() if name != WORK}
    return replace(call, arguments=arguments, environment=environment), output


def _placed(call: Call, output: Path, work: Path) -> Call:
    """And the way back."""
    (verb, *further), environment = call.arguments, call.environment | {WORK: str(work)}
    own = (f"{OUTPUT}{output}",) if verb == "build" else ()
    return replace(call, arguments=(verb, *own, *further), environment=environment)


def _key(call: Call) -> str:
    return json.dumps([call.arguments, sorted(call.environment.items()), str(call.folder)])
