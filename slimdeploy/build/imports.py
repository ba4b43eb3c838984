"""An import that names a folder of our own which is not there: go speaks of a module that go.mod lacks."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from difflib import get_close_matches
from itertools import islice
from pathlib import Path

from slimdeploy.artifacts.plan import CompilePlan
from slimdeploy.errors import CompileFailed
from slimdeploy.tools import go_errors
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.go import Go

MISSING = re.compile(
    r"(?:no required module provides package|cannot find module providing package|: package) "
    r"(\S+?)(?:[;:]| is not in (?:std|GOROOT))"
)
MOST_FOLDERS = 2_000


def missing_folder(failure: ToolFailed, plan: CompilePlan, go: Go) -> CompileFailed | None:
    """What to say of it; None if something else is wrong."""
    found = MISSING.search(failure.text)
    own = _own(found[1], plan, go) if found else None
    if not found or not own:
        return None
    module, root = own
    folder = found[1][len(module) + 1 :]
    near = get_close_matches(folder, _folders(root), 1)
    there = (root / folder).is_dir()
    what = f"there are no Go files in {folder} of {module}" if there else f"there is no folder {folder} in {module}"
    hint = f"did you mean {module}/{near[0]}?" if near else "correct the import, or write that package"
    return CompileFailed(what, details=go_errors.shown(failure.output), hint=hint)


def _own(package: str, plan: CompilePlan, go: Go) -> tuple[str, Path] | None:
    """The module here that this package would be in, and its folder."""
    try:
        modules = go.modules(plan)
    except ToolFailed:
        return None
    fitting = [each for each in modules if package.startswith(f"{each}/")]
    return (name := max(fitting, key=len), modules[name]) if fitting else None


def _folders(root: Path) -> list[str]:
    return list(islice(_with_go(root), MOST_FOLDERS))


def _with_go(root: Path) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(each for each in folders if not each.startswith((".", "_")) and each != "vendor")
        if folder != str(root) and any(each.endswith(".go") for each in files):
            yield Path(folder).relative_to(root).as_posix()
