"""What the go command's failures mean: one function from its lines to an error of ours (the table: go_meanings.py)."""

from __future__ import annotations

import re
import signal
from pathlib import Path

from slimdeploy.errors import CompileFailed, DiskFull, SlimdeployError
from slimdeploy.tools import shortage
from slimdeploy.tools.command import ToolFailed, ToolTimeout
from slimdeploy.tools.go_meanings import MEANINGS

SHOWN_LINES = 20
CRASHED = re.compile(
    r"^(?:panic: |fatal error: |.*internal compiler error)|unexpected fingerprint|bad object header", re.MULTILINE
)
HANGS = (
    "--build-timeout gives it longer; what never ends: a named pipe among the sources (find . -type p), "
    "a module proxy that is silent (go env GOPROXY)"
)


def explain(failure: ToolFailed, doing: str, folder: Path | None = None) -> SlimdeployError:
    """The error for a go command that failed while `doing` something; `folder` is where it may put its work."""
    text, lines = failure.text, shown(failure.output)
    if isinstance(failure, ToolTimeout):
        return CompileFailed(f"{doing}: {failure.what}, and was ended", details=lines, hint=HANGS)
    if "no space left on device" in text:
        return DiskFull(f"{doing}: no space left on the device", details=(*_known(shortage.disk(text, folder)), *lines))
    if "signal: killed" in text or failure.exit_code == -signal.SIGKILL:
        return CompileFailed(
            f"{doing}: the compiler was killed (out of memory: {shortage.memory()})",
            details=lines,
            hint="give it more memory, or compile one thing at a time: GOMAXPROCS=1",
        )
    for each in MEANINGS:
        if found := re.search(each.pattern, text, re.MULTILINE):
            return each.kind(_filled(each.what, found), details=lines, hint=_filled(each.hint, found))
    return CompileFailed(f"{doing} failed", details=lines)


def crashed(failure: ToolFailed) -> bool:
    """Whether the compiler or the linker itself broke: on a damaged build cache, more often than not."""
    return bool(CRASHED.search(failure.text))


def shown(lines: tuple[str, ...]) -> tuple[str, ...]:
    """The first lines as go wrote them."""
    kept = tuple(line for line in lines if not line.startswith("go: downloading"))
    rest = len(kept) - SHOWN_LINES
    return (*kept[:SHOWN_LINES], f"... and {rest} more lines (-v shows them)") if rest > 0 else kept


def _known(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _filled(text: str, found: re.Match[str]) -> str:
    for number, part in enumerate(found.groups(), 1):
        text = text.replace(f"{{{number}}}", part)
    return text
