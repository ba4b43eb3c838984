"""The linkage gate: Binary -> StaticBinary, or the reason why it would not start in an empty image.

What is checked is the ELF file itself (System V ABI, gabi chapter 5): no PT_INTERP (it would ask for a loader), no
DT_NEEDED (shared libraries), an executable, and the machine that the platform names.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import BinaryIO

from elftools.common.exceptions import ELFError
from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import InterpSegment

from slimdeploy.artifacts.build import Binary, StaticBinary
from slimdeploy.artifacts.plan import Platform
from slimdeploy.build.symbols import functions
from slimdeploy.errors import LinkageRefused

MACHINES = {
    "amd64": "EM_X86_64",
    "arm64": "EM_AARCH64",
    "arm": "EM_ARM",
    "386": "EM_386",
    "ppc64le": "EM_PPC64",
    "s390x": "EM_S390",
    "riscv64": "EM_RISCV",
}


def prove_static(binary: Binary) -> StaticBinary:
    """Pass a binary that an empty image can run. Raises LinkageRefused with what stands against it."""
    with binary.path.open("rb") as file:
        elf = _open(file, binary)
        reasons = objections(elf, binary.platform)
        if reasons:
            raise LinkageRefused(
                f"{binary.package} is not a static {binary.platform} executable",
                details=reasons,
                hint='a scratch image has no loader and no libraries: without `import "C"` the binary becomes static',
            )
        names = functions(elf)
    size = binary.path.stat().st_size
    return StaticBinary(binary.path, binary.platform, _sha256(binary.path), size, names)


def objections(elf: ELFFile, platform: Platform) -> tuple[str, ...]:
    """Everything that stands against running this file in an empty image on that platform."""
    found: list[str] = []
    machine = elf["e_machine"]
    if machine != MACHINES.get(platform.architecture):
        found.append(f"it is built for {machine}, not for {platform}")
    if elf["e_type"] not in {"ET_EXEC", "ET_DYN"} or not elf["e_entry"]:
        found.append(f"it is no executable (ELF type {elf['e_type']})")
    for segment in elf.iter_segments():
        if isinstance(segment, InterpSegment):
            found.append(f"it asks for the loader {segment.get_interp_name()}")
        if isinstance(segment, DynamicSegment):
            needed = (getattr(tag, "needed", "?") for tag in segment.iter_tags("DT_NEEDED"))
            found.extend(f"it needs the library {library}" for library in needed)
    return tuple(found)


def _open(file: BinaryIO, binary: Binary) -> ELFFile:
    if file.read(8) == b"!<arch>\n":
        raise LinkageRefused(
            f"{binary.package} is not a main package: go wrote an archive, not a program",
            hint="point build.main at the folder of a `package main`",
        )
    try:
        return ELFFile(file)
    except ELFError as error:
        raise LinkageRefused(f"{binary.package} is no ELF file: {error}") from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
