"""The folders whose files go may read, as go.mod and go.work name them (Go modules reference, "Lexical elements")."""

from __future__ import annotations

import os
import re
from pathlib import Path

from slimdeploy.tools.go_settings import kept_setting

LOCAL = re.compile(
    r"""^\s*(?:(?:use|replace)\s+)?    # alone, or inside of parentheses
    (?:\S+(?:\s+v\S+)?\s+=>\s+)?      # example.com/lib v1.2.3 =>
    (?:"(\.{1,2}(?:/[^"\n]*)?|/[^"\n]+)"|`(\.{1,2}(?:/[^`\n]*)?|/[^`\n]+)`|(\.{1,2}(?:/[^\s"`]*)?|/[^\s"`]+))
    \s*(?:$|//)""",
    re.MULTILINE | re.VERBOSE,
)


def roots(project: Path) -> tuple[Path, ...]:
    """The module, a workspace around it, and the folders that either names, or that its modules do in their turn."""
    found, files = {project: None}, [project / "go.mod"]
    if workspace := workspace_file(project):
        files += [workspace, workspace.with_name("go.work.sum")]
        vendored = workspace.with_name("vendor")
        found |= {vendored: None} if vendored.is_dir() else {}
    while files:
        file = files.pop()
        for folder in _named_in(file):
            if folder not in found:  # in a workspace, the replacements of all its modules count
                found[folder] = None
                files.append(folder / "go.mod")
    return tuple(found)


def readable(project: Path) -> tuple[Path, ...]:
    """The folders that go has to see: those with sources, and the one of the workspace's own file."""
    workspace = workspace_file(project)
    return tuple(dict.fromkeys((*roots(project), *([workspace.parent] if workspace else []))))


def workspace_file(project: Path) -> Path | None:
    """The go.work that counts: the one that GOWORK names, or the first one from here up."""
    named = os.environ.get("GOWORK") or kept_setting("GOWORK")
    if named:
        return Path(named) if named != "off" else None
    return next((each for each in workspaces(project) if each.is_file()), None)


def workspaces(project: Path) -> tuple[Path, ...]:
    """Where a go.work would be found."""
    return tuple(folder / "go.work" for folder in (project, *project.parents))


def _named_in(file: Path) -> list[Path]:
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return [(file.parent / "".join(local)).resolve() for local in LOCAL.findall(text)]
