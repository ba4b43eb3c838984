"""CompilePlan -> Binary: one `go build`, always to the same path, so that go itself sees an up-to-date binary.

go trusts the build ID at the start of an existing output and would keep a file that a killed run left half-written.
So each finished binary is sealed (size, mtime, inode); one without its seal is removed before go runs.
"""

from __future__ import annotations

import re
from pathlib import Path

from slimdeploy.artifacts.build import Binary
from slimdeploy.artifacts.plan import CompilePlan
from slimdeploy.build import cgo
from slimdeploy.build.imports import missing_folder
from slimdeploy.errors import CompileFailed, SlimdeployError
from slimdeploy.events import Report, ToolOutput, Warned
from slimdeploy.tools import go_errors
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.go import Go
from slimdeploy.tools.go_settings import remarks

WANTS_GLIBC = re.compile(r"Using '(\w+)' in statically linked applications")
SIGNS_OF_CGO = ("build constraints exclude all", "undefined")


def compile_binary(plan: CompilePlan, go: Go, output: Path, report: Report) -> Binary:
    """Compile to `output`. Raises CompileFailed with go's own lines, and DiskFull, Unreachable, IntegrityError."""
    for remark in remarks():
        report(Warned(remark))
    output.parent.mkdir(parents=True, exist_ok=True)
    seal = seal_of(output)
    if _identity(output) != _read(seal):
        output.unlink(missing_ok=True)
    seal.unlink(missing_ok=True)
    try:
        _build(plan, go, output, report)
    except ToolFailed as failure:
        raise explain(failure, plan, go) from None
    if not output.is_file():
        raise CompileFailed(f"go build {plan.program} wrote no binary", hint="`go env GOFLAGS` may say why")
    seal.write_text(_identity(output), encoding="ascii")
    return Binary(output, plan.package, plan.platform)


def seal_of(output: Path) -> Path:
    """The file beside a binary that says that it is finished."""
    return output.with_suffix(".seal")


def explain(failure: ToolFailed, plan: CompilePlan, go: Go) -> SlimdeployError:
    """What a failed go build means."""
    if not plan.cgo and any(sign in failure.text for sign in SIGNS_OF_CGO):
        blamed = cgo.blamed(failure.output, cgo.import_graph(plan, go))
        if blamed:
            return _needs_c(blamed[0], plan, failure)
    return missing_folder(failure, plan, go) or go_errors.explain(failure, f"go build {plan.program}", go.temporary)


def glibc_warning(lines: list[str]) -> str:
    """One warning for all of the linker's about what glibc loads at run time, and an empty image does not have."""
    names = sorted(set(WANTS_GLIBC.findall("\n".join(lines))))
    if not names:
        return ""
    return (
        f"C code calls {', '.join(names)}, for which glibc wants its shared libraries at run time; an empty image has "
        "none, and those calls fail there. musl has no such limit: apt-get install musl-tools (used once it is there)"
    )


def _build(plan: CompilePlan, go: Go, output: Path, report: Report) -> None:
    lines: list[str] = []

    def on_line(line: str) -> None:
        lines.append(line)
        report(ToolOutput("go", line))

    try:
        go.build(plan, output, on_line)
    except ToolFailed as failure:
        if go.temporary is None or not go_errors.crashed(failure):
            raise
        report(Warned("Go's compiler or linker crashed, as on a damaged cache: once more with an empty one"))
        go.with_empty_cache("gocache").build(plan, output, on_line)
        report(Warned("that worked: `go clean -cache` removes the damaged cache"))
    if warning := glibc_warning(lines):
        report(Warned(warning))


def _needs_c(culprit: cgo.Culprit, plan: CompilePlan, failure: ToolFailed) -> CompileFailed:
    return CompileFailed(
        f"{culprit.package} needs C (cgo), and {plan.program} is built with CGO_ENABLED=0",
        details=(culprit.imported, *go_errors.shown(failure.output)),
        hint=cgo.ways_out(culprit),
    )


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
