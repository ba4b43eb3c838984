"""The programs that are started: which there are, and whether they are new enough. What is not needed cannot fail."""

from __future__ import annotations

import re
from pathlib import Path

from slimdeploy.doctor.finding import Finding, caution, failure, fine
from slimdeploy.errors import ToolMissing
from slimdeploy.records import frozen
from slimdeploy.tools import buildah, go_places, podman, skopeo
from slimdeploy.tools.command import Command, ToolFailed, find, run

NUMBER = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?")
GO_LINE = re.compile(r"^go\s+(\S+)", re.MULTILINE)


@frozen
class Program:
    """How a program is asked for its version, the oldest one that will do, and what to install."""

    name: str
    ask: tuple[str, ...]
    oldest: tuple[int, ...]
    hint: str


PROGRAMS = {
    each.name: each
    for each in (
        Program("go", ("env", "GOVERSION"), (1, 21), go_places.HINT),
        Program("buildah", ("--version",), (1, 28), buildah.HINT),
        Program("skopeo", ("--version",), (1, 9), skopeo.HINT),
        Program("podman", ("--version",), (4, 0), podman.HINT),
        Program("git", ("--version",), (2, 0), "install git (package git)"),
        Program("kind", ("--version",), (0, 8), "install kind, or choose another cluster.delivery"),
        Program("k3d", ("--version",), (5, 0), "install k3d, or choose another cluster.delivery"),
        Program("minikube", ("version", "--short"), (1, 20), "install minikube, or choose another cluster.delivery"),
        Program("ctr", ("--version",), (1, 4), "install containerd, or choose another cluster.delivery"),
    )
}
ALWAYS = ("go", "buildah", "skopeo")


def examine(name: str, why: str) -> Finding:
    """One program; `why` says what needs it, and is empty where nothing does."""
    program = PROGRAMS[name]
    if find(name) is None:
        if not why:
            return fine(name, "not installed, and not needed here")
        return failure(name, ToolMissing(f"not installed; {why}", hint=program.hint))
    try:
        said = run(Command((name, *program.ask), {"GOTOOLCHAIN": "local"}, timeout=10, folder=Path("/")))
    except (ToolFailed, ToolMissing) as broken:
        return failure(name, broken) if why else caution(name, broken.what)
    return judge(program, said, why)


def judge(program: Program, said: str, why: str) -> Finding:
    """Whether what it says about itself is new enough."""
    number = NUMBER.search(said)
    if not number:
        return caution(program.name, f"a version that is not known: {said.strip()[:40]}")
    version = number[0]
    if tuple(int(part) for part in number.groups(default="0")) >= program.oldest:
        return fine(program.name, version)
    too_old = f"{version} is too old; {'.'.join(map(str, program.oldest))} is the oldest that will do"
    return failure(program.name, ToolMissing(too_old, hint=program.hint)) if why else caution(program.name, too_old)


def examine_go(project: Path) -> Finding:
    """Go, and whether it is as new as go.mod asks for: no other one is downloaded."""
    found = examine("go", "it compiles")
    wanted = _go_line(project)
    if found.code or not wanted or _number(wanted) <= _number(found.found):
        return found
    too_old = f"{found.found} is too old: go.mod asks for {wanted}, and no compiler is downloaded unasked"
    return failure("go", ToolMissing(too_old, hint=f"install Go {wanted} or newer"))


def _go_line(project: Path) -> str:
    try:
        found = GO_LINE.search((project / "go.mod").read_text(encoding="utf-8"))
    except OSError:
        return ""
    return found[1] if found else ""


def _number(version: str) -> tuple[int, ...]:
    found = NUMBER.search(version)
    return tuple(int(part) for part in found.groups(default="0")) if found else (0, 0, 0)


def wrapped() -> Finding:
    """util-linux, with which nothing that we start can outlive us."""
    missing = [name for name in ("setpriv", "unshare") if find(name) is None]
    if missing:
        return caution("util-linux", f"no {', '.join(missing)}: what runs may outlive a kill -9", "package util-linux")
    return fine("util-linux", "setpriv and unshare")
