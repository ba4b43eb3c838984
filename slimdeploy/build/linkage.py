"""The linkage gate: Binary -> StaticBinary, or the reason why it would not start in an empty image.

What is checked is the ELF file itself (System V ABI, gabi chapter 5): no PT_INTERP (it would ask for a loader), no
DT_NEEDED (shared libraries), an executable that is whole, and the machine that the platform names.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

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
    reasons, names = _look(binary)
    if reasons:
        raise LinkageRefused(
            f"{binary.package} is not a static {binary.platform} executable",
            details=reasons,
            hint='a scratch image has no loader and no libraries: without `import "C"` the binary becomes static',
        )
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
        if segment["p_offset"] + segment["p_filesz"] > elf.stream_len:
            found.append(f"it is cut off after {elf.stream_len} bytes")
        if isinstance(segment, InterpSegment):
            found.append(f"it asks for the loader {segment.get_interp_name()}")
        if isinstance(segment, DynamicSegment):
            needed = (getattr(tag, "needed", "?") for tag in segment.iter_tags("DT_NEEDED"))
            found.extend(f"it needs the library {library}" for library in needed)
    return tuple(dict.fromkeys(found))


def _look(binary: Binary) -> tuple[tuple[str, ...], frozenset[str]]:
    """The objections, and the functions that are linked in."""
    with binary.path.open("rb") as file:
        if file.read(8) == b"!<arch>\n":
            raise LinkageRefused(
                f"{binary.package} is not a main package: go wrote an archive, not a program",
                hint="point build.main at the folder of a `package main`",
            )
        try:
            elf = ELFFile(file)
            return objections(elf, binary.platform), functions(elf)
        except Exception as error:  # noqa: BLE001 - what elftools meets in a damaged file, it raises as it comes
            raise LinkageRefused(f"{binary.package} is no ELF file: {error}") from None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
