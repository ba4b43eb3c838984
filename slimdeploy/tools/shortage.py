"""What ran out when a program was killed or could not write: memory (the cgroup's limit) or disk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

NO_SPACE = re.compile(r"(?<!\w)(/[^\s:]+): no space left on device")  # not go's $WORK/b001/x
UNLIMITED = 1 << 60  # cgroup v1 says 2^63 less a page
OOM_KILLS = re.compile(r"^oom_kill (\d+)$", re.MULTILINE)


def memory(membership: Path = Path("/proc/self/cgroup"), root: Path = Path("/sys/fs/cgroup")) -> str:
    """The memory limit that holds for us, and how often the kernel killed for it: "limit 60 MiB, oom count 3"."""
    folders = list(_cgroups(membership, root))
    limits = [limit for folder in folders if (limit := _limit(folder)) < UNLIMITED]
    kills = max((_kills(folder) for folder in folders), default=0)
    bound = f"limit {min(limits) >> 20} MiB" if limits else "this machine's memory"
    return f"{bound}, oom count {kills}" if kills else bound


def disk(text: str, folder: Path | None = None, *, needed: int = 0) -> str:
    """The file system that `text` says is full, or else the one of `folder`, and what is free and `needed` there."""
    found = NO_SPACE.search(text)
    full = Path(found[1]) if found else folder
    if full is None:
        return ""
    existing = next(each for each in (full, *full.parents) if each.exists())
    mount = next(each for each in (existing, *existing.parents) if each.is_mount())
    wanted = f", about {needed:,} are needed" if needed else ""
    return f"{mount} is full: {shutil.disk_usage(mount).free:,} bytes are free{wanted}"


def _cgroups(membership: Path, root: Path) -> Iterator[Path]:
    """Our memory cgroup and those above it, in version 2 or 1; a container may see only a part of the path."""
    for line in _text(membership).splitlines():
        number, controllers, path = line.split(":", 2)
        if number == "0" or controllers == "memory":
            top = root / controllers
            folder = top / path.lstrip("/")
            yield from (each for each in (folder, *folder.parents) if each.is_relative_to(top))


def _limit(folder: Path) -> int:
    text = (_text(folder / "memory.max") or _text(folder / "memory.limit_in_bytes")).strip()
    return int(text) if text.isdigit() else UNLIMITED


def _kills(folder: Path) -> int:
    found = OOM_KILLS.search(_text(folder / "memory.events") or _text(folder / "memory.oom_control"))
    return int(found[1]) if found else 0


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii")
    except OSError:
        return ""
