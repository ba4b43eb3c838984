"""The C compiler for static programs: musl's where it is installed, since glibc loads parts of itself at run time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slimdeploy.errors import ToolMissing
from slimdeploy.tools.command import find

if TYPE_CHECKING:
    from slimdeploy.artifacts.plan import Platform

NATIVE = ("musl-gcc", "gcc")
TRIPLES = {
    "amd64": "x86_64-linux-gnu",
    "arm64": "aarch64-linux-gnu",
    "arm": "arm-linux-gnueabihf",
    "386": "i686-linux-gnu",
    "ppc64le": "powerpc64le-linux-gnu",
    "s390x": "s390x-linux-gnu",
    "riscv64": "riscv64-linux-gnu",
}
"""Debian's cross compilers: gcc-<triple>."""
CROSS = {
    architecture: (f"{each.replace('-gnu', '-musl')}-gcc", f"{each}-gcc") for architecture, each in TRIPLES.items()
}
COMPILERS = (*NATIVE, *(name for names in CROSS.values() for name in names))


def compilers(target: Platform, here: Platform) -> tuple[str, ...]:
    """Those that could compile for this platform, the best first."""
    return NATIVE if target.architecture == here.architecture else CROSS[target.architecture]


def static_compiler(target: Platform, here: Platform) -> str:
    """The first compiler that is installed. Raises ToolMissing with the package that has one."""
    native = target.architecture == here.architecture
    for each in compilers(target, here):
        if find(each):
            return each
    package = "musl-tools" if native else f"gcc-{TRIPLES[target.architecture].replace('_', '-')}"
    raise ToolMissing(
        f'static.cgo = "static" needs a C compiler for {target}, and none is installed',
        hint=f'apt-get install {package}, or leave C out: static.cgo = "off"',
    )
