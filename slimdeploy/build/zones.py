"""The time zones of this machine: the files that hold a zone, without what else stands beside them.

All of them, since a program can ask for any: 600 files, 0.70 MB, 0.19 MB compressed. posix/ and right/ are the same
zones again, the second with leap seconds, which Go does not want.
"""

from __future__ import annotations

from pathlib import Path

from slimdeploy.artifacts.plan import HostFiles
from slimdeploy.errors import ImageFailed

MAGIC = b"TZif"  # RFC 8536
ELSEWHERE = frozenset({"posix", "right", "posixrules", "localtime"})


def zone_tree(host: HostFiles) -> Path:
    """Where this machine keeps its zones. Raises ImageFailed when it has none."""
    if host.zones is None:
        raise ImageFailed(
            "the program loads time zones, and this machine has none to copy",
            hint='install the package tzdata, or set image.timezones = "embed" (Go\'s own) or "none"',
        )
    return host.zones


def zone_files(tree: Path) -> tuple[tuple[str, Path], ...]:
    """Name and file of each zone, aliases such as US/Pacific too."""
    found = ((path.relative_to(tree), path) for path in sorted(tree.rglob("*")))
    return tuple((str(name), path) for name, path in found if name.parts[0] not in ELSEWHERE and _is_zone(path))


def release(tree: Path) -> str:
    """The release of the zones, for instance 2025b; "" when the tree does not say."""
    try:
        with (tree / "tzdata.zi").open(encoding="ascii", errors="replace") as file:
            return file.readline(40).removeprefix("# version").strip()
    except OSError:
        return ""


def _is_zone(path: Path) -> bool:
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC
