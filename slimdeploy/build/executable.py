"""What a file is that an empty image should run, and what stands against it (System V ABI, gabi chapters 4 and 5).

A static executable has no PT_INTERP (it would ask for a loader) and no DT_NEEDED (shared libraries), is an executable,
and for the machine that the platform names. CGO_ENABLED=0 alone makes none: -buildmode=pie asks for a loader all the
same, and `//go:cgo_import_dynamic` needs no C compiler.
"""

from __future__ import annotations

from elftools.elf.dynamic import DynamicSegment
from elftools.elf.elffile import ELFFile
from elftools.elf.segments import InterpSegment

from slimdeploy.artifacts.plan import Platform
from slimdeploy.records import frozen

MACHINES = {
    "amd64": "EM_X86_64",
    "arm64": "EM_AARCH64",
    "arm": "EM_ARM",
    "386": "EM_386",
    "ppc64le": "EM_PPC64",
    "s390x": "EM_S390",
    "riscv64": "EM_RISCV",
}
DF_1_PIE = 0x08000000  # set by Go's linker and by GNU's; a shared library has it not
BUILD_MODE = "remove -buildmode from GOFLAGS (go env GOFLAGS shows it)"
PLUGIN_MARK = (
    b"\0runtime.firstmoduledata\0"  # a plugin exports Go's own symbols; a shared library for C only its functions
)


@frozen
class Facts:
    """The few things about an ELF file that decide. `loader` is empty without PT_INTERP."""

    machine: str
    kind: str
    pie: bool
    loader: str
    libraries: tuple[str, ...]
    plugin: bool = False
    whole: bool = True


@frozen
class Objection:
    """Why a file does not start in an empty image."""

    what: str
    details: tuple[str, ...] = ()
    hint: str = ""


def facts_of(elf: ELFFile) -> Facts:
    """Look at headers only."""
    loader, libraries, flags, end = "", [], 0, 0
    for segment in elf.iter_segments():
        end = max(end, segment["p_offset"] + segment["p_filesz"])
        if isinstance(segment, InterpSegment):
            loader = segment.get_interp_name()
        if isinstance(segment, DynamicSegment):
            libraries += [str(getattr(tag, "needed", "?")) for tag in segment.iter_tags("DT_NEEDED")]
            flags |= sum(int(tag["d_val"]) for tag in segment.iter_tags("DT_FLAGS_1"))
    shared = elf["e_type"] == "ET_DYN" and not flags & DF_1_PIE
    pie, plugin, whole = bool(flags & DF_1_PIE), shared and _plugin(elf), end <= elf.stream_len
    return Facts(elf["e_machine"], elf["e_type"], pie, loader, tuple(libraries), plugin, whole)


def objection(facts: Facts, platform: Platform) -> Objection | None:
    """What stands against running such a file in an empty image on that platform; the first thing counts."""
    if facts.machine != MACHINES.get(platform.architecture):
        return _other_machine(facts, platform)
    if not facts.whole:
        return Objection("is cut off: the file is shorter than its headers say", hint="run this again")
    if facts.plugin:
        return Objection("is a Go plugin, which another program would load", hint=BUILD_MODE)
    if facts.kind == "ET_DYN" and not facts.pie and not facts.loader:
        return Objection("is a shared library, not a program", hint=BUILD_MODE)
    if facts.kind not in {"ET_EXEC", "ET_DYN"}:
        return Objection(f"is no program, but an ELF file of the type {facts.kind}", hint=BUILD_MODE)
    return _dynamic(facts) if facts.loader or facts.libraries else None


def _other_machine(facts: Facts, platform: Platform) -> Objection:
    machine = next((name for name, value in MACHINES.items() if value == facts.machine), facts.machine)
    return Objection(
        f"is built for {machine}, and {platform} is wanted",
        hint=f'build.platforms = ["linux/{machine}"] if that is what it shall run on',
    )


def _dynamic(facts: Facts) -> Objection:
    details = [f"it asks for the loader {facts.loader}"] if facts.loader else []
    details += [f"it needs the library {library}" for library in facts.libraries]
    if facts.pie and not facts.libraries:
        return Objection("is a position-independent executable, which asks for a loader", tuple(details), BUILD_MODE)
    return Objection("is linked dynamically: an empty image has no loader and no libraries", tuple(details))


def _plugin(elf: ELFFile) -> bool:
    names = elf.get_section_by_name(".dynstr")
    return names is not None and PLUGIN_MARK in names.data()
