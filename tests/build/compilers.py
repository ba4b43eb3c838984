"""A layer with this machine's gcc: what cgo with static linking needs in a builder image, 60 MB."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path

PARTS = ("cc1", "collect2", "as", "ld")
HEADERS = ("linux", "asm-generic", "bits", "sys", "gnu", "asm")  # of the folders; others belong to other libraries
KEPT = ("include", "include-fixed", "liblto_plugin.so")


def gcc_tree(layer: tarfile.TarFile) -> None:
    """The compiler, what it starts and loads, and glibc's headers and archives, where they are here."""
    own, libc = Path(_gcc("-print-libgcc-file-name")).parent, Path(_gcc("-print-file-name=libc.a")).resolve().parent
    programs = [shutil.which("gcc") or "", *(shutil.which(_gcc(f"-print-prog-name={each}")) or "" for each in PARTS)]
    loaded = {path for each in programs for path in _libraries(each)}
    for path in sorted({*programs, *loaded}):
        layer.add(Path(path).resolve(), path)
    archives = [each for each in own.iterdir() if each.suffix in {".a", ".o"} or each.name in KEPT]
    archives += [each for each in libc.iterdir() if each.suffix in {".a", ".o"} and _is_libcs(each.name)]
    for each in sorted(archives):
        layer.add(each)
    for folder in (Path("/usr/include"), Path("/usr/include", libc.name)):
        for each in sorted(folder.iterdir()):
            if each.suffix == ".h" or each.name in HEADERS:
                layer.add(each)


def _is_libcs(name: str) -> bool:
    return (
        name.endswith(".o")
        or name.removeprefix("lib")[:-2] in {"c", "pthread", "dl", "m", "resolv", "rt", "util"}
        or name.startswith(("libm-", "libmvec"))
    )


def _gcc(question: str) -> str:
    return subprocess.run(["gcc", question], check=True, capture_output=True, text=True).stdout.strip()


def _libraries(program: str) -> list[str]:
    said = subprocess.run(["ldd", program], check=True, capture_output=True, text=True).stdout
    return [word for word in said.split() if word.startswith("/")]
