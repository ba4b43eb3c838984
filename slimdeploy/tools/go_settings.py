"""What the user has told go for all projects: GOFLAGS, exported or kept by `go env -w`.

Each flag does one of four things. What only changes how go works is the user's. What we say ourselves wins, and that is
said. What changes the program is taken, since people need it, and said: without it, elsewhere, the digest is another
one. What runs programs or reads files that nobody looks at is refused.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

from slimdeploy.errors import PolicyRefused
from slimdeploy.tools.places import config_home

UNSET = "unset GOFLAGS, and `go env -u GOFLAGS`"
REFUSED = frozenset({"-toolexec", "-overlay", "-exec", "-modfile"})
PROFILES = frozenset({"auto", "off"})
"""Of -pgo, what names no file. Another file is one whose changes nobody would see."""
HARMLESS = frozenset(
    {"-p", "-mod", "-modcacherw", "-v", "-x", "-n", "-a", "-work", "-json", "-buildvcs", "-trimpath", "-o", "-pgo"}
)
OURS = {"-tags": "build.tags", "-ldflags": "static.ldflags, build.stamp"}
"""Flags that we always give, so that these are not used; and the key of slim.toml that is."""


def check_flags() -> None:
    """Raises PolicyRefused for a GOFLAGS that runs or reads things of its own, or that nobody can read."""
    for name, value in _flags():
        if name in REFUSED or (name == "-pgo" and value not in PROFILES):
            raise PolicyRefused(f"GOFLAGS holds {name}, which runs or reads things of its own", hint=UNSET)


def remarks() -> Iterator[str]:
    """What has to be known of the flags that are not simply harmless."""
    for name, _ in _flags():
        if name in OURS:
            yield f"{name} of GOFLAGS is not used: {OURS[name]} in slim.toml is"
        elif name not in HARMLESS:
            yield f"{name} of GOFLAGS changes the program: without it, on another machine, the digest is another one"


def settings_file() -> Path:
    """Where `go env -w` keeps things."""
    return Path(os.environ.get("GOENV") or config_home() / "go" / "env")


def kept_setting(name: str) -> str:
    """What `go env -w` has kept; the last line counts."""
    try:
        lines = settings_file().read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return next((line.partition("=")[2] for line in reversed(lines) if line.startswith(f"{name}=")), "")


def _flags() -> list[tuple[str, str]]:
    """GOFLAGS as go would take it: name and value of each."""
    text = os.environ.get("GOFLAGS") or kept_setting("GOFLAGS")
    try:
        words = [each.lstrip("-").partition("=") for each in shlex.split(text)]
    except ValueError as error:
        raise PolicyRefused(f"GOFLAGS cannot be read: {error}", hint=UNSET) from None
    return [(f"-{name}", value) for name, _, value in words]
