"""What a Go program says when it breaks, cut down to what a person reads: the panic and the frames of its own. Pure.

Go prints the goroutine that panics first, then with GOTRACEBACK=all (and for a deadlock or a concurrent map) all the
others: hundreds of lines, of which the first few matter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

BROKEN = re.compile(r"^(panic: |fatal error: |runtime: .*(exceeds|out of memory)|SIG[A-Z]+: )")
GOROUTINE = re.compile(r"^goroutine \d+( gp=\S+| m=\S+| mp=\S+)* \[.*\]:$")
FRAME = re.compile(r"^(?:created by )?(?P<function>\S+?)(?:\([^()]*\))?(?: in goroutine \d+)?$")
PLACE = re.compile(r"^\t(?P<file>\S+:\d+)( \+0x[0-9a-f]+)?$")
CLOCK = re.compile(r"^(time=)?\"?\d{4}[/-]\d\d[/-]\d\d[T ]\d\d:\d\d:\d\d\S* ")
LONGEST = 160
MOST_FRAMES = 5
MOST_MESSAGE = 6
BEFORE = 3


def excerpt(lines: Sequence[str], most: int) -> list[str]:
    """The last lines; of a panic instead the lines before it, its message and its first frames."""
    start = next((at for at, line in enumerate(lines) if BROKEN.match(line)), None)
    if start is None:
        return list(lines[-most:])
    stack = next((at for at in range(start, len(lines)) if GOROUTINE.match(lines[at])), len(lines))
    message = [line for line in lines[start:stack] if line.strip()][:MOST_MESSAGE]
    before = [*lines[:start], *_after(lines[stack:])]
    return [*before[-BEFORE:], *message, *_own(lines[stack + 1 :])]


def _after(lines: Sequence[str]) -> list[str]:
    """What was printed before on stdout, and comes behind the panic, which is on stderr: two streams, one log."""
    last = max((at for at, line in enumerate(lines) if PLACE.match(line)), default=len(lines))
    return [line for line in lines[last + 1 :] if line.strip()]


def panicked(lines: Sequence[str]) -> str:
    """The line that says what broke; empty if nothing did."""
    return next((line for line in lines if BROKEN.match(line)), "")


def last_words(lines: Sequence[str]) -> str:
    """What the program said before it ended, in one line: what broke, or else its last line, without the time."""
    last = next((line for line in reversed(lines) if line.strip()), "")
    return CLOCK.sub("", panicked(lines) or last).strip()[:LONGEST]


def _own(lines: Sequence[str]) -> list[str]:
    """The frames of the goroutine that broke, without those of the runtime and the standard library."""
    frames = list(_frames(lines))
    own = [frame for frame in frames if not _is_gos(frame[0])] or [
        frame for frame in frames if not frame[0].startswith(("runtime.", "panic"))
    ]
    return [f"    at {function} ({place})" for function, place in own[:MOST_FRAMES]]


def _frames(lines: Sequence[str]) -> Iterator[tuple[str, str]]:
    function = ""
    for line in lines:
        if not line.strip():  # the next goroutine
            return
        if (place := PLACE.match(line)) and function:
            yield function, place["file"]
        frame = FRAME.match(line)
        function = frame["function"] if frame else ""


def _is_gos(function: str) -> bool:
    """Packages of the standard library have no dot in the first part of their path; main is the program's."""
    package, slash, _ = function.partition("/")
    return "." not in package if slash else package.partition(".")[0] != "main"
