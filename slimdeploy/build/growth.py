"""Two images -> what grew and what shrank. Pure: like is compared with like, so both must know, or not know, data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from slimdeploy.artifacts.sizes import ImageSize, Rest
from slimdeploy.build.program_size import KINDS_OF_DATA
from slimdeploy.records import frozen


@frozen
class Growth:
    """One part of an image, before and now. `kind` is package, program (what belongs to no package) or file."""

    kind: str
    name: str
    before: int
    now: int

    @property
    def change(self) -> int:
        """Bytes more; negative when it shrank."""
        return self.now - self.before


def growth(before: ImageSize, now: ImageSize) -> tuple[Growth, ...]:
    """Everything that differs, what grew most first. The changes add up to the change of the image."""
    old, new = _parts(before), _parts(now)
    found = (Growth(*key, old.get(key, 0), new.get(key, 0)) for key in {**old, **new})
    return tuple(sorted((each for each in found if each.change), key=lambda each: (-each.change, each.name)))


def _parts(size: ImageSize) -> Mapping[tuple[str, str], int]:
    parts: dict[tuple[str, str], int] = {}
    if size.program:
        parts |= {("package", each.package): each.size for each in size.program.packages}
        parts |= {("program", each.name): each.size for each in size.program.rest}
    return parts | {("file", each.path): each.size for each in size.files}


ALL_DATA = "types, strings, constants, variables and embedded files"


def unnamed(size: ImageSize) -> ImageSize:
    """As if nothing was known about whose data is whose: one row holds all of it."""
    if size.program is None:
        return size
    packages = tuple(replace(each, data=0) for each in size.program.packages)
    data = sum(each.data for each in size.program.packages)
    data += sum(each.size for each in size.program.rest if each.name in KINDS_OF_DATA)
    others = tuple(each for each in size.program.rest if each.name not in KINDS_OF_DATA)
    program = replace(size.program, packages=packages, rest=(Rest(ALL_DATA, data), *others), embedded=(), named=False)
    return replace(size, program=program)
