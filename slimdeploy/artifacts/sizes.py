"""Where the bytes of an image are: packages of the program, what belongs to no package, the other files, the layers."""

from __future__ import annotations

from slimdeploy.artifacts.plan import Platform
from slimdeploy.records import frozen

STANDARD = "std"
"""The module of Go's own packages."""


@frozen
class PackageSize:
    """One Go package in a program. `tables` are its part of what the runtime needs for stack traces and the collector.

    `data` is what can be told of its variables, constants and embedded files: see `ProgramSize.named`.
    """

    package: str
    module: str
    code: int
    tables: int
    data: int = 0

    @property
    def size(self) -> int:
        """All of it."""
        return self.code + self.tables + self.data


@frozen
class Embedded:
    """A file that `//go:embed` put into the program; it is part of its package's data."""

    path: str
    package: str
    size: int


@frozen
class Rest:
    """Bytes of a program that belong to no package."""

    name: str
    size: int


@frozen
class ProgramSize:
    """A program, byte for byte: packages and rest add up to `size`. `named` says whether data is given to packages."""

    path: str
    size: int
    go: str
    packages: tuple[PackageSize, ...]
    rest: tuple[Rest, ...]
    embedded: tuple[Embedded, ...] = ()
    named: bool = False


@frozen
class OtherFile:
    """A file of the image that is not the program."""

    path: str
    size: int
    why: str


@frozen
class ImageSize:
    """An image: its program and its other files add up to `size`. `program` None: it is no Go program that we can read.

    `layers` are digests and compressed bytes, the lowest first.
    """

    name: str
    digest: str
    platform: Platform
    program: ProgramSize | None
    files: tuple[OtherFile, ...]
    size: int
    layers: tuple[tuple[str, int], ...]

    @property
    def compressed_size(self) -> int:
        """What a registry holds, and a node downloads."""
        return sum(size for _, size in self.layers)
