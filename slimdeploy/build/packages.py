"""Names in a Go binary -> packages -> modules. What is known of the modules is in the binary itself (.go.buildinfo)."""

from __future__ import annotations

import functools
import re

from slimdeploy.artifacts.sizes import STANDARD
from slimdeploy.records import frozen

MADE_FOR = re.compile(r"^type:\.(?:eq|hash)\.(?:\[\d*\]|\*)*")  # what the compiler makes for a type belongs to it
ESCAPED = re.compile(r"%([0-9a-f]{2})")  # cmd/internal/objabi: dots in the last element, quotes, control characters
HEADER = 32
MAGIC = b"\xff Go buildinf:"
SENTINEL = 16
"""Bytes in front of and behind the module lines (cmd/go/internal/modload: infoStart, infoEnd)."""
NOBODY = ""


@functools.lru_cache(maxsize=200_000)
def package_of(name: str) -> str:
    """The import path in a symbol's name, as debug/gosym finds it; NOBODY when it has none."""
    made_for = MADE_FOR.match(name)
    plain = name[made_for.end() :] if made_for else name
    start, end = plain.find("["), plain.rfind("]")  # an instance's types have slashes and dots of their own
    if 0 <= start < end:
        plain = plain[:start] + plain[end + 1 :]
    if plain.startswith(("go:", "go.shape.", "type:", "struct {", "interface {", "func(")):
        return NOBODY
    dot = plain.find(".", plain.rfind("/") + 1)
    return ESCAPED.sub(_unescaped, plain[:dot]) if dot > 0 else NOBODY


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))


@frozen
class BuildInfo:
    """What a Go binary says about itself: Go's version, the program's import path, its module and those it needs."""

    go: str = ""
    program: str = ""
    module: str = ""
    needed: tuple[str, ...] = ()

    def import_path(self, package: str) -> str:
        """The symbols of the program itself are called main."""
        return self.program or "main" if package == "main" else package

    def module_of(self, package: str) -> str:
        """The module with the longest path that this import path begins with; STANDARD for Go's own."""
        fitting = [each for each in (self.module, *self.needed) if each and f"{package}/".startswith(f"{each}/")]
        return max(fitting, key=len) if fitting else self.module if package == "main" else STANDARD


def build_info(section: bytes) -> BuildInfo:
    """Read .go.buildinfo of Go 1.18 and newer (src/debug/buildinfo); empty when it is not understood."""
    if not section.startswith(MAGIC) or not section[15] & 2:
        return BuildInfo()
    version, rest = _string(section[HEADER:])
    lines, _ = _string(rest)
    fields = [line.split("\t") for line in lines[SENTINEL:-SENTINEL].decode("utf-8", "replace").splitlines()]
    first = {kind: value for kind, value, *_ in reversed([each for each in fields if len(each) > 1])}
    needed = tuple(each[1] for each in fields if len(each) > 1 and each[0] == "dep")
    return BuildInfo(version.decode("utf-8", "replace"), first.get("path", ""), first.get("mod", ""), needed)


def _string(data: bytes) -> tuple[bytes, bytes]:
    """A length as unsigned varint, and so many bytes; what follows."""
    length = shift = 0
    for position, byte in enumerate(data[:10], 1):
        length |= (byte & 127) << shift
        if byte < 128:
            return data[position : position + length], data[position + length :]
        shift += 7
    return b"", b""
