"""go of this machine, which has begun already with what it was asked the last time: while slim.toml is read.

Who then asks the same gets that answer, and sees no difference but the time. What nobody asks for is ended.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from slimdeploy.tools.command import Command, run
from slimdeploy.tools.go_places import Call, ThisMachine, go_command
from slimdeploy.tools.lines import LineSink
from slimdeploy.tools.running import end_all, terminate

OUTPUT, WORK, CACHE = "-o=", "GOTMPDIR", "GOCACHE"
"""Where a result goes and where go works differ from run to run, and do not matter."""


@dataclass(frozen=True)
class Begun:
    """A call that runs. `output` is where its binary will be until somebody asks for it."""

    command: Command
    output: Path
    answer: Future[str]
    lines: list[str] = field(default_factory=list)


class GoAhead(ThisMachine):
    """A place for go that works ahead. `folder` is for what it makes; `asked` is what it was asked so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[Call] = []
        self._begun: dict[str, Begun] = {}

    def begin(self, calls: Sequence[Call]) -> None:
        """Start all of them; a build first, since it takes longest."""
        if not calls:
            return
        pool = ThreadPoolExecutor(max_workers=len(calls))
        for number, call in enumerate(sorted(calls, key=lambda each: each.arguments[0] != "build")):
            output, lines = self.folder / f"ahead-{number}", list[str]()
            command = go_command(_placed(call, output, self.folder))
            answer = pool.submit(run, command, lines.append)
            self._begun[_key(call)] = Begun(command, output, answer, lines)
        pool.shutdown(wait=False)

    def run(self, call: Call, on_line: LineSink | None) -> str:
        """What go prints; begun or not."""
        plain, output = _plain(call)
        self.asked.append(plain)
        begun = self._begun.pop(_key(plain), None)
        if begun is None:
            if output:  # another build than the last one: nothing may keep it waiting
                self.close()
            return super().run(call, on_line)
        try:
            answer = begun.answer.result()
        finally:
            if on_line:
                for line in begun.lines:
                    on_line(line)
        if output:
            begun.output.replace(output)
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
        left = list(self._begun.values())
        self._begun.clear()
        commands = [id(each.command) for each in left]
        end_all([each.answer for each in left], lambda: terminate(lambda command: id(command) in commands))


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
