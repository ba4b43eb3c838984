"""Where there is a `package main`, as the text of the files says: for hints, when go sees none for what is built."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

NOT_ENTERED = re.compile(r"[._].*|vendor|testdata|node_modules")
MOST_FOLDERS = 2_000
MOST_SHOWN = 10
MAIN = re.compile(rb"^package\s+main\b", re.MULTILINE)
TOOL = re.compile(rb"^//\s*\+build ignore|^//go:build ignore\s*$", re.MULTILINE)
BEGINNING = 16_384
"""Bytes: the package clause is behind nothing but comments."""


def left_out(project: Path) -> tuple[str, ...]:
    """The files of main packages that go leaves out here; what `go run` is meant for (ignore) is none."""
    return tuple(islice((file.relative_to(project).as_posix() for file in _files(project)), MOST_SHOWN))


def main_folder(module: Path) -> Path | None:
    """The first folder of a module that holds a program."""
    return next((file.parent for file in _files(module)), None)


def _files(module: Path) -> Iterator[Path]:
    for folder, below, names in islice(os.walk(module), MOST_FOLDERS):
        below[:] = sorted(each for each in below if not NOT_ENTERED.fullmatch(each))
        if folder != str(module) and "go.mod" in names:
            below.clear()
            continue
        for name in sorted(names):
            if name.endswith(".go") and not name.endswith("_test.go") and _is_main(Path(folder, name)):
                yield Path(folder, name)


def _is_main(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            text = opened.read(BEGINNING)
    except OSError:
        return False
    return bool(MAIN.search(text)) and not TOOL.search(text)
