"""Calls with a literal argument in the project's own Go files: programs that are started, files that are read, ports.

A pattern, not a parser: what it sees is there, what a variable holds it does not see. Only packages that are linked in
count, so a generator in tools/ or another program of the same module is no alarm.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from slimdeploy.records import frozen
from slimdeploy.tools.git import VERSION_CONTROL

LITERAL = r'(?:"[^"\\\n]+"|`[^`\n]+`)'
ARGUMENT = r"[^,()\n]+(?:\([^()\n]*\))?,\s*"


def _literals_of(names: str, *, skip: int = 0, many: bool = False) -> re.Pattern[str]:
    """Calls of these: the literal after so many other arguments, or all that follow it."""
    more = rf"(?:,\s*{LITERAL})*" if many else ""
    return re.compile(rf"(?:{names})\(\s*(?:{ARGUMENT}){{{skip}}}({LITERAL}{more})")


STARTS = (
    _literals_of(r"\bexec\.(?:Command|LookPath)|\bos\.StartProcess|\b(?:syscall|unix)\.(?:Exec|ForkExec|StartProcess)"),
    _literals_of(r"\bexec\.CommandContext", skip=1),
)
READS = (
    _literals_of(r"\bos\.(?:Open|OpenFile|ReadFile|ReadDir|DirFS)|\bhttp\.Dir|\bioutil\.(?:ReadFile|ReadDir)"),
    _literals_of(r"\.(?:ParseFiles|ParseGlob|LoadHTMLFiles|LoadHTMLGlob)", many=True),
    _literals_of(r"\.Static(?:File)?", skip=1),
    _literals_of(r"\bhttp\.ServeFile", skip=2),
)
"""Of the standard library, gin and echo."""
LISTENS = (
    _literals_of(r"\.(?:ListenAndServe|ListenAndServeTLS|Run|RunTLS|Start|StartTLS)"),
    _literals_of(r"\b(?:net|tls)\.Listen", skip=1),
    re.compile(rf"\bAddr:\s*({LITERAL})"),
)
LOW = re.compile(r"(?:[\d.]*|\[[\da-f:]*\]|localhost):(?:https?|0*[1-9]\d{0,2}|0*10[01]\d|0*102[0-3])")
"""An address with a port below 1024."""
SKIPPED = VERSION_CONTROL | {"vendor", "testdata", "node_modules"}


@frozen
class Call:
    """A literal and where it stands: main.go:14."""

    argument: str
    place: str


@frozen
class Calls:
    """What the source shows that the program does."""

    starts: tuple[Call, ...] = ()
    reads: tuple[Call, ...] = ()
    low: tuple[Call, ...] = ()
    """Addresses with a port below 1024."""


def find_calls(project: Path, folders: frozenset[str]) -> Calls:
    """The calls in these folders of the project ("." is the project itself)."""
    starts: list[Call] = []
    reads: list[Call] = []
    low: list[Call] = []
    for file in _go_files(project, folders):
        text = file.read_text(encoding="utf-8", errors="replace")
        name = file.relative_to(project).as_posix()
        starts += _literals(STARTS, text, name)
        reads += _literals(READS, text, name)
        low += (each for each in _literals(LISTENS, text, name) if LOW.fullmatch(each.argument))
    return Calls(tuple(starts), tuple(reads), tuple(low))


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


def _literals(patterns: Iterable[re.Pattern[str]], text: str, name: str) -> Iterator[Call]:
    found = (match for pattern in patterns for match in pattern.finditer(text))
    for match in sorted(found, key=lambda each: each.start()):
        start = text.rfind("\n", 0, match.start()) + 1
        if "//" not in text[start : match.start()]:
            place = f"{name}:{text.count(chr(10), 0, match.start()) + 1}"
            yield from (Call(literal[1:-1], place) for literal in re.findall(LITERAL, match[1]))
