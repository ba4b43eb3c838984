"""The one door to other programs, and the only user of `sh` (begun.py: what begins before that can be imported).

No shell, no terminal, no inherited surprises: lists of arguments, an environment made from an allow-list, output
collected here (sh keeps 750 bytes of it), and a contained command cannot outlive us (containment.py).
"""

from __future__ import annotations

import functools
import os
import shutil
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from slimdeploy.errors import InternalError, SlimdeployError, ToolMissing
from slimdeploy.records import frozen
from slimdeploy.tools.containment import containment, kill_group
from slimdeploy.tools.lines import Lines, LineSink
from slimdeploy.tools.running import registered, terminations
from slimdeploy.tools.traffic import Watch, watched

INHERITED = (
    "PATH", "HOME", "USER", "LOGNAME", "LANG", "LC_*", "TMPDIR", "XDG_*", "SSH_AUTH_SOCK",
    "*_proxy", "*_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
KEPT_LINES = 50_000  # of stderr; stdout is kept whole, since it is the result


class ToolFailed(SlimdeployError):
    """A program ended with an error. Steps turn it into what it means; uncaught it is our mistake."""

    code = InternalError.code

    def __init__(self, tool: str, exit_code: int, output: Sequence[str]) -> None:
        super().__init__(f"{tool} ended with exit code {exit_code}", details=output[-20:])
        self.tool = tool
        self.exit_code = exit_code
        self.output = tuple(output)

    @property
    def text(self) -> str:
        """Everything it printed to stderr."""
        return "\n".join(self.output)


class ToolTimeout(ToolFailed):
    """A program did not end in time, or moved no byte for so long."""

    def __init__(self, tool: str, seconds: float, output: Sequence[str], *, idle: bool = False) -> None:
        super().__init__(tool, 124, output)
        self.what = f"{tool} {'moved nothing for' if idle else 'did not end within'} {seconds:g} s"
        self.args = (self.what,)
        self.seconds, self.idle = seconds, idle


@frozen
class Command:
    """What to run: a program and its arguments. `environment` comes last, so it wins over what is inherited."""

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    inherit: tuple[str, ...] = ()
    folder: Path | None = None
    timeout: float | None = None
    contained: bool = False
    input: str | None = None
    watch: Watch | None = None


@functools.cache
def find(program: str) -> str | None:
    """The program's path, or None. `make setup` puts Go beside our own interpreter, which need not be on PATH."""
    return shutil.which(program) or shutil.which(program, path=str(Path(sys.executable).parent))


def require(program: str, hint: str) -> str:
    """The program's path; ToolMissing when it is not installed."""
    path = find(program)
    if path is None:
        raise ToolMissing(f"{program} is not installed", hint=hint)
    return path


def run(command: Command, on_line: LineSink | None = None, on_output: LineSink | None = None) -> str:
    """Run to the end and return stdout.

    `on_line` gets each line of stderr as it comes, `on_output` each of stdout, which is then not kept whole. Raises
    ToolMissing, ToolTimeout, ToolFailed.
    """
    import sh

    argv, variables = prepared(command)
    out, err = Lines(KEPT_LINES if on_output else None, on_output), Lines(KEPT_LINES, on_line)
    before = terminations()
    streams = {"_out": out, "_err": err, "_in": command.input or ""}
    running = start(sh.Command(argv[0]), argv[1:], _options(command) | streams | {"_env": variables})
    tool = Path(command.argv[0]).name
    with (
        registered(running, command),
        deadline(running.pid, command.timeout) as expired,
        watched(running.pid, command.watch, kill_group) as idle,
    ):
        try:
            if terminations() > before:  # we were told to stop while it started
                kill_group(running.pid)
            running.wait()
        except sh.ErrorReturnCode as failure:
            if expired.is_set():
                raise ToolTimeout(tool, command.timeout or 0.0, err.lines) from None
            if command.watch and idle.is_set():
                raise ToolTimeout(tool, command.watch.idle, err.lines, idle=True) from None
            raise ToolFailed(tool, failure.exit_code, err.lines or out.lines) from None
    return out.text


def get_ready() -> None:
    """Import what starts programs (60 ms), for a moment in which somebody else is waited for."""
    import sh  # noqa: F401


def prepared(command: Command) -> tuple[list[str], dict[str, str]]:
    """The whole argv, with what contains it in front, and the whole environment. Raises ToolMissing."""
    program = find(command.argv[0])
    if program is None:
        raise ToolMissing(f"{command.argv[0]} is not installed", hint="`make setup` in slimdeploy's folder installs it")
    argv = [*(containment() if command.contained else ()), program, *command.argv[1:]]
    return argv, environment(command.inherit) | dict(command.environment)


def start(program: Any, arguments: Sequence[Any], options: Mapping[str, Any]) -> Any:  # noqa: ANN401 - sh has no types
    """Fork. No signal handler may raise in here: what runs around a fork drops exceptions."""
    try:
        return program(*arguments, **options)
    except ValueError:  # the fork died before it could say to sh what it is
        raise ToolFailed(Path(str(program)).name, 137, ("it was killed while it started",)) from None


def _options(command: Command) -> dict[str, Any]:
    """How sh starts it: no terminal, a process group of its own (what ends it must not end us), stdin at its end."""
    folder = {"_cwd": str(command.folder)} if command.folder else {}
    return folder | {
        "_tty_out": False,
        "_bg": True,
        "_bg_exc": False,
        "_new_session": True,
    }


def environment(inherit: Sequence[str] = ()) -> dict[str, str]:
    """Our environment, reduced to the allow-list and the patterns in `inherit`; with a HOME, which timers may lack."""
    home = {"HOME": os.path.expanduser("~")}  # noqa: PTH111 - Path raises where the user is in no database
    patterns = (*INHERITED, *inherit)
    return home | {key: value for key, value in os.environ.items() if any(fnmatchcase(key, each) for each in patterns)}


@contextmanager
def deadline(pid: int, seconds: float | None) -> Iterator[threading.Event]:
    """Kill a program and what it started after so many seconds. sh's own time-out looks ten times a second only."""
    expired = threading.Event()

    def expire() -> None:
        expired.set()
        kill_group(pid)

    timer = threading.Timer(seconds or 0.0, expire)
    if seconds is not None:
        timer.daemon = True
        timer.start()
    try:
        yield expired
    finally:
        timer.cancel()
