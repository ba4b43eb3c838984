"""--verify: the same sources again, with nothing in common but the compiler, have to give the same binary.

A bit that flips in go's build cache mostly does no harm or breaks the linker; 1 in 30 gave another program without a
word (measured). Nothing but a build without that cache shows it.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from slimdeploy.artifacts.build import StaticBinary
from slimdeploy.artifacts.plan import CompilePlan
from slimdeploy.build.compile import compile_binary, seal_of
from slimdeploy.errors import IntegrityError
from slimdeploy.events import Report
from slimdeploy.tools.go import Go


def confirm(plan: CompilePlan, static: StaticBinary, go: Go, report: Report) -> None:
    """Build once more with an empty cache. Raises IntegrityError when that is another binary; the first is not kept."""
    again = _build(plan, go, "second", report)
    if again == static.sha256:
        return
    seal_of(static.path).unlink(missing_ok=True)  # so that go does not take it for up to date
    third = _build(plan, go, "third", report)
    details = [f"with go's build cache  {static.sha256}", f"with an empty one      {again}"]
    if third == again:
        raise IntegrityError(
            "the binary differs from one that is built with an empty cache: go's build cache is damaged",
            details=details,
            hint="go clean -cache; and look after the disk and the memory of this machine",
        )
    raise IntegrityError(
        "each build gives another binary",
        details=(*details, f"with another empty one {third}"),
        hint="something in the build depends on time or chance: static.trimpath = true? C code with __DATE__?",
    )


def _build(plan: CompilePlan, go: Go, name: str, report: Report) -> str:
    output = (go.temporary or Path()) / f"verify-{name}" / "program"
    output.parent.mkdir()
    binary = compile_binary(plan, go.with_empty_cache(f"gocache-{name}"), output, report)
    with binary.path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()
