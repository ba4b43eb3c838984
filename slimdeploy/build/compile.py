"""CompilePlan -> Binary: one `go build`, always to the same path, so that go itself sees an up-to-date binary.

go trusts the build ID at the start of an existing output and would keep a file that a killed run left half-written.
So each finished binary is sealed (size, mtime, inode); one without its seal is removed before go runs.
"""

from __future__ import annotations

from pathlib import Path

from slimdeploy.artifacts.build import Binary
from slimdeploy.artifacts.plan import CompilePlan
from slimdeploy.build import cgo
from slimdeploy.errors import CompileFailed, DiskFull, IntegrityError, SlimdeployError, Unreachable
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.go import Go
from slimdeploy.tools.lines import LineSink

SHOWN_LINES = 20


def compile_binary(plan: CompilePlan, go: Go, output: Path, on_line: LineSink | None = None) -> Binary:
    """Compile to `output`. Raises CompileFailed with go's own lines, and DiskFull, Unreachable, IntegrityError."""
    output.parent.mkdir(exist_ok=True)
    seal = output.with_suffix(".seal")
    if _identity(output) != _read(seal):
        output.unlink(missing_ok=True)
    seal.unlink(missing_ok=True)
    try:
        go.build(plan, output, on_line)
    except ToolFailed as failure:
        raise explain(failure, plan, go) from None
    if not output.is_file():
        raise CompileFailed(f"go build {plan.package} wrote no binary", hint="is it a main package?")
    seal.write_text(_identity(output), encoding="ascii")
    return Binary(output, plan.package, plan.platform)


def explain(failure: ToolFailed, plan: CompilePlan, go: Go) -> SlimdeployError:
    """What a failed go build means."""
    text = failure.text
    if "no space left on device" in text:
        return DiskFull("go build: no space left on the device", details=_first(failure.output))
    if "SECURITY ERROR" in text or "checksum mismatch" in text:
        return IntegrityError("go build: a module is not what go.sum says", details=_first(failure.output))
    if "dial tcp" in text or "proxyconnect" in text:
        return Unreachable(
            "go build: the module proxy does not answer", details=_first(failure.output), hint="see GOPROXY"
        )
    return CompileFailed(f"go build {plan.package} failed", details=_first(failure.output), hint=_hint(text, plan, go))


def _hint(text: str, plan: CompilePlan, go: Go) -> str:
    if "running go " in text and "GOTOOLCHAIN=local" in text:
        return f"go.mod asks for a newer Go than this one ({go.version()}): install it, or lower the go line"
    if any(words in text for words in ("build constraints exclude all", "undefined: ", "C source files not allowed")):
        return "\n".join(cgo.describe(each) for each in cgo.find(plan, go))
    return ""


def _first(lines: tuple[str, ...]) -> tuple[str, ...]:
    shown = tuple(line for line in lines if not line.startswith("go: downloading"))
    rest = len(shown) - SHOWN_LINES
    return (*shown[:SHOWN_LINES], f"... and {rest} more lines (-v shows them)") if rest > 0 else shown


def _identity(file: Path) -> str:
    try:
        status = file.stat()
    except OSError:
        return ""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ino}"


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except OSError:
        return ""
