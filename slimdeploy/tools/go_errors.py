"""What the go command's failures mean: one function from its lines to an error of ours.

Each meaning is a row: what go says (1.21 to 1.27), which kind of failure that is, what it says in our words, what to
do next. {1} and so on are what the pattern found. The first row that fits counts.
"""

from __future__ import annotations

import re
import signal
from dataclasses import dataclass
from pathlib import Path

from slimdeploy.errors import CompileFailed, DiskFull, IntegrityError, NotAllowed, SlimdeployError, Unreachable
from slimdeploy.tools import shortage
from slimdeploy.tools.command import ToolFailed, ToolTimeout

SHOWN_LINES = 20
CRASHED = re.compile(
    r"^(?:panic: |fatal error: |.*internal compiler error)|unexpected fingerprint|bad object header", re.MULTILINE
)
HANGS = (
    "--build-timeout gives it longer; what never ends: a named pipe among the sources (find . -type p), "
    "a module proxy that is silent (go env GOPROXY)"
)
LOGIN = "GOPRIVATE=its/path/*, and a login that works without asking: ~/.netrc, an ssh key, or git's credential helper"


@dataclass(frozen=True)
class Meaning:
    """One row: a pattern, and what it means."""

    pattern: str
    kind: type[SlimdeployError]
    what: str
    hint: str


MEANINGS = (
    Meaning(
        r"SECURITY ERROR|checksum mismatch",
        IntegrityError,
        "a module is not what go.sum says",
        "find out who changed the module; go.sum is only to be updated (go mod tidy) if that is meant",
    ),
    Meaning(
        r"missing go\.sum entry for (?:module providing package )?(\S+?)[;:\s]",
        IntegrityError,
        "go.sum is stale: it has no checksum for {1}",
        "go mod tidy",
    ),
    Meaning(
        r"(\S+) requires go >= (\S+) \(running go (\S+?);",
        CompileFailed,
        "{1} asks for Go {2}, and this is {3}",
        "install Go {2} or newer (no compiler is downloaded unasked), or lower what asks for it: go mod edit -go={3}",
    ),
    Meaning(
        r"inconsistent vendoring|import lookup disabled by -mod=vendor",
        CompileFailed,
        "vendor/ is stale: it does not fit go.mod",
        "go mod vendor",
    ),
    Meaning(
        r"^(\S+?): pattern (.+?): cannot embed irregular file",
        CompileFailed,
        "{1}: go:embed takes regular files only, and {2} is none",
        "ls -l shows what it is: a pipe, a socket, a symbolic link",
    ),
    Meaning(
        r"^(\S+?): pattern (.+?): (?:no matching files found|cannot embed)",
        CompileFailed,
        "{1}: go:embed finds no {2}",
        "generated files must be generated first: go generate ./..., or whatever builds them",
    ),
    Meaning(
        r"replacement directory (\S+) does not exist",
        CompileFailed,
        "go.mod replaces a module by {1}, which is not there",
        "check that repository out at this place, or remove the replace line",
    ),
    Meaning(
        r"no required module provides package (\S+?);", CompileFailed, "go.mod has no module for {1}", "go mod tidy"
    ),
    Meaning(r"updates to go\.(?:mod|sum|work) needed", CompileFailed, "go.mod or go.work is stale", "go mod tidy"),
    Meaning(
        r"main module \((\S+)\) does not contain package (\S+)",
        CompileFailed,
        "{2} is not in the module {1}",
        "its folder is a module of its own: slimdeploy -C FOLDER",
    ),
    Meaning(
        r"stat (\S+): directory not found",
        CompileFailed,
        "there is no folder {1}",
        "build.main names the folder of the main package",
    ),
    Meaning(
        r"no Go files in (\S+)",
        CompileFailed,
        "there are no Go files in {1}",
        "build.main names the folder of the main package",
    ),
    Meaning(
        r"requires (?:external \()?cgo",
        CompileFailed,
        "GOFLAGS asks for something that needs cgo",
        "go env GOFLAGS shows it: -race and -buildmode=plugin, c-shared, c-archive make no static program",
    ),
    Meaning(
        r"can not be used when making a shared object",
        CompileFailed,
        "GOFLAGS asks for a shared library, and a static program is wanted",
        "remove -buildmode from GOFLAGS (go env GOFLAGS shows it)",
    ),
    Meaning(
        r"package (\S+): C source files not allowed when not using cgo or SWIG: (.+)",
        CompileFailed,
        "{1} has C files that no Go file of it asks for: {2}",
        'a Go file of that package needs `import "C"`; or leave C out: static.cgo = "off" takes no notice of C files',
    ),
    Meaning(
        r"could not read Username|terminal prompts disabled|Authentication failed|Permission denied \(publickey|"
        r"no secure protocol found for repository|401 Unauthorized|403 Forbidden",
        NotAllowed,
        "a module's server does not let us in",
        LOGIN,
    ),
    Meaning(
        r"GOPROXY=off",
        Unreachable,
        "a module is missing here, and GOPROXY=off forbids to fetch it",
        "go mod vendor where there is a network",
    ),
    Meaning(
        r"dial tcp|proxyconnect|i/o timeout|Could not resolve host|connection re(?:fused|set)|TLS handshake",
        Unreachable,
        "a module's server does not answer",
        "see GOPROXY (go env GOPROXY), or go mod vendor where there is a network",
    ),
    Meaning(
        r"404 Not Found|410 Gone|Repository not found|repository '\S+' not found",
        CompileFailed,
        "a module cannot be found",
        f"if it is private: {LOGIN}",
    ),
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
