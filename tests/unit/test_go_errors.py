"""What go says, word for word, and what it means. Most of it is tried with the real go in tests/build."""

from __future__ import annotations

from pathlib import Path

import pytest

from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.go_errors import crashed, explain, shown
from slimdeploy.tools.shortage import disk, memory


def failed(*lines: str) -> ToolFailed:
    return ToolFailed("go", 1, lines)


@pytest.mark.parametrize(
    ("line", "code", "what"),
    [
        ("verifying example.com/x@v1.9.1: checksum mismatch", 76, "not what go.sum says"),
        ("go: example.com/x@v1.0.0: missing go.sum entry for go.mod file; to add it:", 76, "go.sum is stale"),
        (
            "go: example.com/x@v1.2.3 requires go >= 1.99 (running go 1.26.8; GOTOOLCHAIN=local)",
            80,
            "x@v1.2.3 asks for Go 1.99",
        ),
        ("go: updates to go.mod needed; to update it:", 80, "go.mod or go.work is stale"),
        ("cannot find module providing package x/y: import lookup disabled by -mod=vendor", 80, "vendor/ is stale"),
        ("fatal: could not read Username for 'https://x': terminal prompts disabled", 77, "does not let us in"),
        ("reading https://x/@v/v1.0.0.zip: 403 Forbidden", 77, "does not let us in"),
        ("reading https://x/@v/v1.0.0.mod: 410 Gone", 80, "cannot be found"),
        ('Get "https://x": dial tcp: lookup x: no such host', 69, "does not answer"),
        ("fatal: unable to access 'https://x/': Could not resolve host: x", 69, "does not answer"),
        (
            "/usr/bin/ld: x.o: relocation R_X86_64_32 against y can not be used when making a shared object",
            80,
            "shared library",
        ),
        ("package x/y: C source files not allowed when not using cgo or SWIG: a.c", 80, "x/y has C files"),
        ("x.go:1:1: syntax error", 80, "go build . failed"),
        ("runtime: /usr/lib/go/compile: signal: killed", 80, "the compiler was killed (out of memory: "),
        ("write /nowhere/x: no space left on device", 73, "no space left"),
    ],
)
def test_what_go_says(line: str, code: int, what: str) -> None:
    error = explain(failed("# example.com/x", line), "go build .")
    assert (error.code, what in error.what) == (code, True), error.what
    assert line in error.details


def test_downloads_are_not_shown_and_long_output_is_cut() -> None:
    assert shown(("go: downloading x v1.0.0", "a")) == ("a",)
    assert shown(tuple("x" * 25))[20:] == ("... and 5 more lines (-v shows them)",)


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("panic: runtime error: slice bounds out of range [:4294869669] with capacity 980867", True),
        ("<unknown line number>: internal compiler error: panic: runtime error", True),
        ("fatal error: unexpected signal during runtime execution", True),
        ("main.go:3:1: panic: is no type", False),
        ("main.go:3:1: undefined: x", False),
    ],
)
def test_whose_fault_it_is(line: str, broken: bool) -> None:
    assert crashed(failed("# x", line)) is broken


def files(folder: Path, **texts: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


def test_the_memory_limit_in_version_2_may_be_further_up(tmp_path: Path) -> None:
    files(tmp_path / "pod", memory__max=f"{60 << 20}\n", memory__events="oom 4\noom_kill 3\n")
    files(tmp_path / "pod/app", memory__max="max\n", memory__events="oom 4\noom_kill 3\n")
    own = files(tmp_path / "proc", cgroup="0::/pod/app\n") / "cgroup"
    assert memory(own, tmp_path) == "limit 60 MiB, oom count 3"


def test_the_memory_limit_in_version_1(tmp_path: Path) -> None:
    files(
        tmp_path / "memory/a", memory__limit_in_bytes=f"{95 << 20}\n", memory__oom_control="under_oom 0\noom_kill 1\n"
    )
    own = files(tmp_path / "proc", cgroup="9:cpu:/x\n8:memory:/a\n1:name=systemd:/\n") / "cgroup"
    assert memory(own, tmp_path) == "limit 95 MiB, oom count 1"


def test_no_limit_is_the_whole_machine(tmp_path: Path) -> None:
    files(tmp_path / "memory", memory__limit_in_bytes=f"{(1 << 63) - 4096}\n")
    own = files(tmp_path / "proc", cgroup="8:memory:/\n") / "cgroup"
    assert memory(own, tmp_path) == memory(tmp_path / "none", tmp_path) == "this machine's memory"


def test_the_full_file_system_is_found_by_the_path(tmp_path: Path) -> None:
    assert disk(f"write {tmp_path}/gone/x: no space left on device").split(" is full: ")[0] in map(
        str, tmp_path.parents
    )
    assert disk("no space left on device") == ""
