"""git, for the version of a source tree. Its absence is an error only where a commit is asked for."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.errors import ToolMissing, UnreadableFile
from slimdeploy.records import frozen
from slimdeploy.tools.command import Command, ToolFailed, run

DIRTY = "-dirty"
VERSION_CONTROL = frozenset({".git", ".hg", ".svn", ".bzr"})
"""go:embed refuses these names, and go build reads none of them."""


@frozen
class Revision:
    """What git says about a source tree. `commit` ends in -dirty as `version` does; `date` is the commit's own, UTC."""

    version: str
    commit: str
    date: str


def describe(folder: Path) -> str | None:
    """`git describe --tags --always --dirty`; None outside of git, without git, or in a folder of somebody else."""
    return _said(folder, "describe", "--tags", "--always", f"--dirty={DIRTY}")


def commit(folder: Path) -> str | None:
    """The hash of the commit that is checked out; None as above."""
    return _said(folder, "rev-parse", "HEAD")


def revision(folder: Path) -> Revision:
    """The commit that is checked out. Raises UnreadableFile, ToolMissing."""
    try:
        commit, seconds = _git(folder, "log", "-1", "--no-show-signature", "--format=%H %ct").split()
        version = _git(folder, "describe", "--tags", "--always", f"--dirty={DIRTY}")
    except ToolMissing:
        raise ToolMissing("git is not installed", hint="install git (package git)") from None
    except ToolFailed as failure:
        raise _no_commit(folder, failure) from None
    dirty = DIRTY if version.endswith(DIRTY) else ""
    from datetime import UTC, datetime  # where a commit is asked for

    moment = datetime.fromtimestamp(int(seconds), UTC)
    return Revision(version, commit + dirty, f"{moment:%Y-%m-%dT%H:%M:%SZ}")


def _no_commit(folder: Path, failure: ToolFailed) -> UnreadableFile:
    said = failure.output[0] if failure.output else failure.what
    if "dubious ownership" in failure.text:
        hint = f"git config --global --add safe.directory {folder}"
    elif "not a git repository" in failure.text:
        hint = "build where .git is, or leave build.stamp out there (a profile can set it)"
    else:
        hint = "commit what is to be built"
    return UnreadableFile(f"git knows no commit of {folder}", details=(said,), hint=hint)


def _git(folder: Path, *arguments: str) -> str:
    return run(Command(("git", "-C", str(folder), *arguments), environment={"LC_ALL": "C"}, timeout=10)).strip()


def _said(folder: Path, *arguments: str) -> str | None:
    try:
        return _git(folder, *arguments) or None
    except (ToolFailed, ToolMissing):
        return None
