"""What a person sees: one line a step, nothing that steers the terminal, and only errors when quiet."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest

from slimdeploy.errors import CompileFailed, ConfigError
from slimdeploy.events import Event, Failed, Note, StepDone, StepFailed, StepStarted, ToolOutput, Waiting, Warned
from slimdeploy.problems import Problem
from slimdeploy.ui.terminal import Terminal, printable

EVENTS: tuple[Event, ...] = (
    Note("no slim.toml here"),
    StepStarted("compile"),
    Waiting("compile", "still at it"),
    ToolOutput("go", "internal/abi"),
    StepDone("compile", 0.414, "5.8 MB static linux/amd64"),
    StepDone("rollout", 12.3, ""),
    Warned("check this"),
    StepFailed("push", 1.0),
)
PLAIN = """\
no slim.toml here
  compile     0.41 s  5.8 MB static linux/amd64
  rollout    12.30 s
warning: check this
  push        1.00 s  failed
"""


class Screen(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(
    events: Sequence[Event], *, quiet: bool = False, verbose: bool = False, color: str = "auto", on_screen: bool = False
) -> str:
    stream = Screen() if on_screen else io.StringIO()
    terminal = Terminal(quiet=quiet, verbose=verbose, color=color, stream=stream)
    for event in events:
        terminal(event)
    terminal.close()
    return stream.getvalue()


def test_a_pipe_gets_one_plain_line_a_step() -> None:
    assert shown(EVENTS) == PLAIN


def test_a_step_that_we_were_told_to_end_did_not_fail() -> None:
    stream = io.StringIO()
    terminal = Terminal(quiet=False, verbose=False, color="never", stream=stream, stopped=lambda: True)
    terminal(StepFailed("compile", 1.0))
    assert stream.getvalue() == "  compile     1.00 s  interrupted\n"


def test_verbose_shows_what_the_tools_print() -> None:
    assert "    go: internal/abi\n" in shown(EVENTS, verbose=True)


def test_quiet_shows_nothing() -> None:
    assert shown(EVENTS, quiet=True) == ""


@pytest.mark.parametrize(
    ("color", "on_screen", "variables", "painted"),
    [
        ("auto", False, {}, False),
        ("always", False, {}, True),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {}, True),
    ],
)
def test_colours(color: str, on_screen: bool, variables: dict[str, str], painted: bool) -> None:
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("NO_COLOR", raising=False)
        for name, value in ({"TERM": "xterm", "CI": "true"} | variables).items():
            environment.setenv(name, value)
        seen = shown(EVENTS, color=color, on_screen=on_screen)
    assert ("\x1b" in seen) is painted


EVIL = "\x1b]0;owned\x07\x1b[2J\r\x9b31m\u202e"


@pytest.mark.parametrize(
    "event",
    [
        Note(EVIL),
        Warned(EVIL),
        StepDone("push", 1.0, EVIL),
        ToolOutput("go", EVIL),
    ],
)
def test_text_from_elsewhere_does_not_steer_the_terminal(event: Event) -> None:
    text = shown([event], verbose=True)
    assert all(character.isprintable() or character == "\n" for character in text)
    assert "owned" in text


def failure(error: CompileFailed | ConfigError, *, quiet: bool = False, color: str = "never") -> str:
    stream = io.StringIO()
    Terminal(quiet=quiet, verbose=False, color=color, stream=stream).failure(error)
    return stream.getvalue()


BROKEN = CompileFailed("go build . failed", details=("./main.go:3:2: undefined: x", EVIL), hint="fix it\nor not")


@pytest.mark.parametrize("quiet", [False, True])
def test_an_error_says_what_why_and_what_next(quiet: bool) -> None:
    lines = failure(BROKEN, quiet=quiet).splitlines()
    assert lines[0] == "error: go build . failed"
    assert lines[1] == "  ./main.go:3:2: undefined: x"
    assert lines[3:] == ["  next: fix it", "  next: or not"]


def test_an_error_does_not_steer_the_terminal() -> None:
    text = failure(CompileFailed(EVIL, details=(EVIL,), hint=EVIL))
    assert all(character.isprintable() or character == "\n" for character in text)


def test_problems_of_slim_toml_stand_alone() -> None:
    problems = [Problem("slim.toml", 2, 1, 5, "app.nme", "unknown", "unknown key", "did you mean name?", "nme = 1")]
    assert failure(ConfigError(problems)) == f"{problems[0]}\n"


def test_the_closing_line_is_not_shown_when_quiet() -> None:
    for quiet, line in ((False, "nothing changed\n"), (True, "")):
        stream = io.StringIO()
        Terminal(quiet=quiet, verbose=False, color="auto", stream=stream).result("nothing changed")
        assert stream.getvalue() == line


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("größe 🚀\t[x]\n", "größe 🚀\t[x]\n"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\rb\x00\x7f\x9b", "a\\x0db\\x00\\x7f\\x9b"),
    ],
)
def test_printable(text: str, safe: str) -> None:
    assert printable(text) == safe


def test_the_live_line_shows_brackets_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    text = shown(
        [StepStarted("compile"), Waiting("compile", "[red]x"), StepDone("compile", 1.0, "done")], on_screen=True
    )
    assert "done" in text
    assert text.rstrip().endswith("done")


def test_what_was_told_before_it_was_mended_is_not_repeated() -> None:
    told = Failed("it crashes", ("exit code 3", "last line"))
    error = CompileFailed("it crashes; rolled back", details=("exit code 3", "last line", "and more"))
    for quiet, last in (
        (False, "error: it crashes; rolled back\n  and more\n"),
        (True, "  exit code 3\n  last line\n  and more\n"),
    ):
        stream = io.StringIO()
        terminal = Terminal(quiet=quiet, verbose=False, color="never", stream=stream)
        terminal(told)
        assert (stream.getvalue() == "failed: it crashes\n  exit code 3\n  last line\n") is not quiet
        terminal.failure(error)
        assert stream.getvalue().endswith(last)
