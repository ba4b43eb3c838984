"""Builds five real programs and writes docs/sizes.md: what is in each image, and what that adds to the binary.

python bench/sizes.py            the table on stdout
python bench/sizes.py --write    into docs/sizes.md, too
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PROGRAMS = {
    "examples/hello": "the article's web server",
    "bench/programs/client": "https client with time zones",
    "bench/programs/assets": "web server with files, embedded and not",
    "bench/programs/sqlite": "SQLite in C, `static.cgo`",
    "bench/programs/grpc": "gRPC server",
}
OWN = ("/views/",)
"""Where the programs' own files are, which slim.toml asks for: the rest is what slimdeploy adds."""
MOST_ADDED = 250_000
ZONES = "/usr/share/zoneinfo/"
HEAD = ("program", "files", "image", "compressed", "binary", "own files", "added", "start")
TEXT = """# Sizes
Written by `python bench/sizes.py --write`: five programs, each built from its folder, measured by `slimdeploy size` and
`slimdeploy compare`. Bytes of 1000, on {machine}, {go}.

{table}

*image* is all its files, the number that `docker images` shows; *compressed* is what is pushed and pulled. *added* is
what the image holds beside the binary and the program's own files: at most 0.25 MB (certificates, accounts), but for
time zones, which are 0.70 MB (`image.timezones = "embed"` takes 0.41 MB instead; docs/image.md). *start* is from
`podman run` until it listens or prints, most of it podman's own.

Where the bytes of a program are, `slimdeploy size` shows: by module and package, adding up to the file's size.
"""


def slimdeploy(verb: str, folder: Path, *flags: str) -> dict[str, Any]:
    """The result of one verb, with a cache of its own."""
    command = [str(Path(sys.executable).with_name("slimdeploy")), verb, "-q", "-o", "json", *flags]
    done = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def start(folder: Path) -> float | None:
    """Seconds that the image takes to start."""
    ladder = slimdeploy(
        "compare", folder, *(part for base in ("full", "small", "base") for part in (f"--{base}", "oci:-"))
    )
    seconds: float | None = ladder["rungs"][-1]["start"]
    return seconds


def row(name: str, size: dict[str, Any], seconds: float | None) -> tuple[str, ...]:
    """One program as cells."""
    own = sum(each["size"] for each in size["files"] if each["path"].startswith(OWN))
    added = size["size"] - size["program"]["size"] - own
    zones = any(each["path"].startswith(ZONES) for each in size["files"])
    if added > MOST_ADDED and not zones:
        raise SystemExit(f"{name}: {added:,} bytes added, at most {MOST_ADDED:,} are promised")
    sizes = (size["size"], size["compressed_size"], size["program"]["size"])
    shown = [f"{each / 1e6:.2f} MB" for each in sizes]
    started = "-" if seconds is None else f"{seconds:.2f} s"
    return name, str(len(size["files"]) + 1), *shown, f"{own} B" if own else "-", f"{added / 1e6:.2f} MB", started


def table(rows: list[tuple[str, ...]]) -> str:
    """In Markdown."""
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (HEAD, ("--",) * len(HEAD), *rows))


def main(*, write: bool) -> None:
    """Measure all, and print the table."""
    rows = []
    with tempfile.TemporaryDirectory(dir=Path.home()) as cache:
        gocache = subprocess.check_output(["go", "env", "GOCACHE"], text=True).strip()
        os.environ |= {"GOCACHE": gocache, "XDG_CACHE_HOME": cache}
        for folder, name in PROGRAMS.items():
            size = slimdeploy("size", ROOT / folder)
            rows.append(row(f"[{name}](../{folder})", size, start(ROOT / folder)))
    machine = f"{platform.system().lower()}/{platform.machine()}"
    text = TEXT.format(machine=machine, go=size["program"]["go"], table=table(rows))
    if write:
        (ROOT / "docs/sizes.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main(write="--write" in sys.argv[1:])
