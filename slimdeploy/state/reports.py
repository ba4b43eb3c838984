"""Files for people who look for a cause, in the XDG state folder: tracebacks of our own mistakes, evidence of failures.

That none can be written is no reason to stop.
"""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

from slimdeploy.errors import SlimdeployError, UnreadableFile
from slimdeploy.tools.places import state_home

KEPT = 50


def write_traceback(error: BaseException) -> Path | None:
    """Where the traceback was written; None when that is not possible. It holds no values of variables."""
    return _write("traceback", "".join(traceback.format_exception(error)))


def write_report(name: str, lines: Sequence[str]) -> Path | None:
    """Where the evidence of a failed release was written; None when that is not possible. Only the last 50 are kept."""
    file = _write(f"reports/{name}", "\n".join(lines) + "\n")
    if file:
        for old in sorted(file.parent.glob("*.txt"), key=lambda each: each.stat().st_mtime)[:-KEPT]:
            old.unlink(missing_ok=True)
    return file


def add_to_report(file: Path | None, error: SlimdeployError, *, known: Sequence[str]) -> None:
    """What came of it later, without the details that stand there already."""
    if file:
        lines = (f"{now()} {error.what}", *(line for line in error.details if line not in known))
        with suppress(OSError), file.open("a", encoding="utf-8") as there:
            there.write("\n".join(lines) + "\n")


def now() -> str:
    """In UTC, as Kubernetes writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _write(name: str, text: str) -> Path | None:
    try:
        file = state_home() / "slimdeploy" / f"{name}-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.txt"
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(file, "w", encoding="utf-8", opener=partial(os.open, mode=0o600)) as new:
            new.write(text)
    except (OSError, UnreadableFile):
        return None
    return file
