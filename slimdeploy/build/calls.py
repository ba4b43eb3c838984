"""Calls with a literal argument in the project's own Go files: which programs are started, which files are read.

A pattern, not a parser: what it sees is there, what a variable holds it does not see. Only packages that are linked in
count, so a generator in tools/ or another program of the same module is no alarm.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from slimdeploy.config.assets import VERSION_CONTROL

TEXT = r"""(?:"(?P<{0}>[^"\\\n]+)"|`(?P<{0}raw>[^`\n]+)`)"""
STARTS = re.compile(
    r"\bexec\.(?:Command|LookPath)\(\s*"
    + TEXT.format("a")
    + r"|\bexec\.CommandContext\([^,()\n]+(?:\([^()\n]*\))?,\s*"
    + TEXT.format("b")
)
READS = re.compile(
    r"(?:\bos\.(?:Open|ReadFile|ReadDir|DirFS)|\bhttp\.Dir|\bioutil\.(?:ReadFile|ReadDir)|\.Parse(?:Files|Glob))\(\s*"
    + TEXT.format("a")
)
SKIPPED = VERSION_CONTROL | {"vendor", "testdata", "node_modules"}


@dataclass(frozen=True)
class Call:
    """A literal and where it stands: main.go:14."""

    argument: str
    place: str


@dataclass(frozen=True)
class Calls:
    """What the source shows that the program does."""

    starts: tuple[Call, ...] = ()
    reads: tuple[Call, ...] = ()


def find_calls(project: Path, folders: frozenset[str]) -> Calls:
    """The calls in these folders of the project ("." is the project itself)."""
    starts: list[Call] = []
    reads: list[Call] = []
    for file in _go_files(project, folders):
        text = file.read_text(encoding="utf-8", errors="replace")
        name = file.relative_to(project).as_posix()
        starts += _literals(STARTS, text, name)
        reads += _literals(READS, text, name)
    return Calls(tuple(starts), tuple(reads))


def linked_folders(functions: frozenset[str], module: str, main: str) -> frozenset[str]:
    """Folders of the module whose packages are linked in, by the names of functions; the main package is `main`."""
    packages = {_package(name) for name in functions}
    inside = {each.removeprefix(module).lstrip("/") or "." for each in packages if f"{each}/".startswith(f"{module}/")}
    return frozenset({main.removeprefix("./"), *inside})


def _package(function: str) -> str:
    """example.com/app/views of example.com/app/views.(*T).Show; the linker writes a dot in the last part as %2e."""
    head, slash, last = re.split(r"[\[(]", function, maxsplit=1)[0].rpartition("/")
    return head + slash + last.partition(".")[0].replace("%2e", ".")


def _go_files(project: Path, folders: frozenset[str]) -> Iterator[Path]:
    for folder in sorted(folders):
        if SKIPPED.isdisjoint(folder.split("/")) and (project / folder).is_dir():
            for entry in sorted(os.scandir(project / folder), key=lambda each: each.name):
                if entry.name.endswith(".go") and not entry.name.endswith("_test.go") and entry.is_file():
                    yield Path(entry.path)


def _literals(pattern: re.Pattern[str], text: str, name: str) -> Iterator[Call]:
    for match in pattern.finditer(text):
        start = text.rfind("\n", 0, match.start()) + 1
        argument = next(value for value in match.groups() if value)
        if "//" not in text[start : match.start()]:
            yield Call(argument, f"{name}:{text.count(chr(10), 0, match.start()) + 1}")
