"""What `go list` sees of the sources: which files there are, and what stands in a Go file above its first declaration.

Most edits change neither. As long as both are the same, the packages and what they import are the same, and go need
not be asked: 0.1 s of processor time while it compiles.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
from collections.abc import Mapping
from pathlib import Path

from slimdeploy.facts.source import Sources, identity
from slimdeploy.records import frozen

TOKEN = re.compile(rb"""//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|`[^`]*`|\w+|\s+|.""", re.DOTALL)
DECLARATIONS = frozenset({b"func", b"var", b"const", b"type"})
"""No import stands behind one of them (Go specification, "Source file organization")."""
LARGEST = 1 << 20
VENDORED = "/vendor/"
"""Thousands of files that nobody edits are known as they are."""
Heads = Mapping[str, tuple[str, str]]
"""By path: what the file was known by, and the digest of its head."""


@frozen
class Outline:
    """One value for what `go list` sees, and the heads that it is made of."""

    value: str
    heads: Heads


def outline(sources: Sources, known: Heads) -> Outline:
    """Read the heads of those Go files that are not `known` as they are. Raises OSError."""
    digest, heads = hashlib.sha256(sources.settings.encode()), dict[str, tuple[str, str]]()
    for path, status in sources.entries:
        seen = "" if status is None else identity(status)
        if status and stat.S_ISDIR(status.st_mode):
            seen = "folder"  # what is in there is listed; its time changes with each file that an editor makes
        elif status and path.endswith(".go") and stat.S_ISREG(status.st_mode) and VENDORED not in path:
            before = known.get(path)
            heads[path] = before if before and before[0] == seen else (seen, head(Path(path)))
            seen = heads[path][1]
        digest.update(f"{path}\0{seen}\n".encode(errors="surrogateescape"))
    return Outline(digest.hexdigest(), heads)


def head(file: Path) -> str:
    """A digest of everything above the first declaration: build constraints, package, imports, and C in comments."""
    with file.open("rb") as opened:
        text = opened.read(LARGEST)
    end = next((token.start() for token in TOKEN.finditer(text) if token[0] in DECLARATIONS), len(text))
    return hashlib.sha256(text[:end]).hexdigest()[:32]


def read_heads(file: Path) -> Heads:
    """Those that were kept; none when the file is damaged."""
    try:
        return {path: (str(seen), str(digest)) for path, (seen, digest) in json.loads(file.read_bytes()).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def write_heads(file: Path, heads: Heads) -> None:
    """Written whole or not at all."""
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(heads), encoding="utf-8")
    fresh.replace(file)
