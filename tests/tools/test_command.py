"""The one door to other programs, with real programs behind it."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

import pytest

from slimdeploy.errors import ToolMissing
from slimdeploy.tools import command
from slimdeploy.tools.command import Command, ToolFailed, ToolTimeout, run
from slimdeploy.tools.running import terminate_all
from tests.tools.processes import all_started, gone, unique_seconds


def sh(script: str, **options: object) -> Command:
    return Command(("sh", "-c", script), **options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("script", "out"),
    [
        ("printf ''", ""),
        ("printf 'a'", "a"),
        ("printf 'a\\nb\\n'", "a\nb\n"),
        ("printf 'a\\r\\nb'", "a\r\nb"),
        ("printf '\\n\\n'", "\n\n"),
        ("printf 'gr\\303\\266\\303\\237e'", "größe"),
        ("printf '\\377'", "\ufffd"),
    ],
)
def test_stdout_comes_back_as_it_was(script: str, out: str) -> None:
    assert run(sh(script)) == out


def test_stdout_is_kept_whole_however_long() -> None:
    assert run(Command(("seq", "120000"))).splitlines() == [str(number) for number in range(1, 120_001)]


def test_a_long_line_is_kept_whole() -> None:
    assert len(run(sh("head -c 3000000 /dev/zero | tr '\\0' x"))) == 3_000_000


def test_stderr_goes_to_the_sink_line_by_line() -> None:
    lines: list[str] = []
    assert run(sh("echo out; echo one >&2; printf two >&2"), lines.append) == "out\n"
    assert lines == ["one", "two"]


def test_a_sink_that_fails_loses_nothing() -> None:
    def sink(line: str) -> None:
        raise ValueError(line)

    with pytest.raises(ToolFailed) as failure:
        run(sh("echo out; echo one >&2; echo two >&2; exit 3"), sink)
    assert failure.value.output == ("one", "two")


def test_a_failure_keeps_every_line_and_shows_the_last() -> None:
    with pytest.raises(ToolFailed) as failure:
        run(sh("seq 3000 >&2; echo the cause >&2; exit 7"))
    assert (failure.value.tool, failure.value.exit_code) == ("sh", 7)
    assert len(failure.value.output) == 3001
    assert failure.value.details[-1] == "the cause"
    assert len(failure.value.details) == 20


def test_a_program_that_complains_on_stdout_is_heard_too() -> None:
    with pytest.raises(ToolFailed) as failure:
        run(sh("echo the cause; exit 1"))
    assert failure.value.output == ("the cause",)


def test_the_arguments_are_not_shown() -> None:
    with pytest.raises(ToolFailed) as failure:
        run(Command(("sh", "-c", "exit 1", "--password=hunter2"), environment={"TOKEN": "hunter2"}))
    error = failure.value
    assert "hunter2" not in f"{error} {error!r} {error.what} {error.details} {error.hint}"
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.parametrize("contained", [False, True])
def test_a_program_that_takes_too_long_is_ended_with_all_that_it_started(contained: bool) -> None:
    mark, started = unique_seconds(), time.monotonic()
    with pytest.raises(ToolTimeout, match=r"sh did not end within 2 s") as failure:
        run(sh(f"echo waiting >&2; sleep {mark} & sleep {mark}", timeout=2.0, contained=contained))
    assert time.monotonic() - started < 60, "they sleep for 300 s"
    assert (failure.value.exit_code, failure.value.output) == (124, ("waiting",))
    assert gone(mark)


def test_a_missing_program_is_named() -> None:
    with pytest.raises(ToolMissing, match="no-such-program is not installed") as failure:
        run(Command(("no-such-program",)))
    assert failure.value.code == 72
    with pytest.raises(ToolMissing) as failure:
        command.require("no-such-program", "apt install it")
    assert failure.value.hint == "apt install it"


@pytest.mark.parametrize("descriptor", [0, 1, 2])
@pytest.mark.parametrize("contained", [False, True])
def test_the_program_has_no_terminal(descriptor: int, contained: bool) -> None:
    assert run(sh(f"test -t {descriptor} || echo none", contained=contained)) == "none\n"


def test_the_program_cannot_ask_on_a_terminal_of_ours() -> None:
    assert run(sh("(: </dev/tty) 2>/dev/null || echo none")) == "none\n"


@pytest.mark.parametrize("contained", [False, True])
def test_the_program_has_nothing_to_read(contained: bool) -> None:
    assert run(Command(("cat",), contained=contained, timeout=60)) == ""


@pytest.mark.parametrize("contained", [False, True])
def test_the_program_reads_what_it_is_given(contained: bool) -> None:
    text = "größe\n" * 1000
    assert run(Command(("cat",), input=text, contained=contained, timeout=60)) == text


def test_the_program_runs_where_it_should(tmp_path: Path) -> None:
    assert run(Command(("pwd",), folder=tmp_path)).strip() == str(tmp_path)


def test_arguments_are_not_a_shell_line() -> None:
    words = ("a b", "$HOME", "*", "`id`", "--", "", "größe", "'", "\n")
    assert run(Command(("printf", "%s\\0", *words))).split("\0")[:-1] == list(words)


HIDDEN = ("LD_PRELOAD", "LD_LIBRARY_PATH", "BASH_ENV", "PYTHONPATH", "DB_PASSWORD", "GOFLAGS", "DOCKER_HOST")
SHOWN = ("PATH", "HOME", "LANG", "LC_TIME", "XDG_CACHE_HOME", "https_proxy", "NO_PROXY", "SSL_CERT_FILE")


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*HIDDEN, *SHOWN):
        if name != "PATH":
            monkeypatch.setenv(name, "exported")


def environment_of(**options: object) -> dict[str, str]:
    lines = run(Command(("env", "-0"), **options)).split("\0")  # type: ignore[arg-type]
    return dict(line.split("=", 1) for line in lines if line)


@pytest.mark.usefixtures("exported")
def test_the_environment_is_an_allow_list() -> None:
    seen = environment_of()
    assert [name for name in HIDDEN if name in seen] == []
    assert [name for name in SHOWN if name not in seen] == []
    assert seen["PATH"] == os.environ["PATH"]


@pytest.mark.usefixtures("exported")
def test_a_tool_may_inherit_more_and_what_is_ours_wins() -> None:
    seen = environment_of(inherit=("GO*", "DOCKER_HOST"), environment={"GOFLAGS": "ours", "HOME": "/ours"})
    assert (seen["GOFLAGS"], seen["HOME"], seen["DOCKER_HOST"]) == ("ours", "/ours", "exported")
    assert "DB_PASSWORD" not in seen


def test_all_that_runs_can_be_ended_from_outside_and_we_live_on() -> None:
    marks = {contained: unique_seconds() for contained in (False, True)}
    failures: list[ToolFailed] = []

    def work(contained: bool) -> None:
        try:
            run(sh(f"sleep {marks[contained]} & sleep {marks[contained]}", contained=contained))
        except ToolFailed as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(contained,)) for contained in marks]
    for thread in threads:
        thread.start()
    assert all_started(marks.values(), 3)
    terminate_all()
    for thread in threads:
        thread.join(timeout=60)
    assert len(failures) == 2
    assert all(gone(mark) for mark in marks.values())
