"""From source to an image on disk: Binary, StaticBinary, RootFilesystem, Image, Delivered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from slimdeploy.artifacts.plan import Platform


@dataclass(frozen=True)
class Binary:
    """What go build wrote. Nothing is known about it yet."""

    path: Path
    package: str
    platform: Platform


@dataclass(frozen=True)
class StaticBinary:
    """A binary that the linkage gate has passed. `functions` are the names linked into it; `size` in bytes."""

    path: Path
    platform: Platform
    sha256: str
    size: int
    functions: frozenset[str]


@dataclass(frozen=True)
class RootFile:
    """One file of the root filesystem. `why` is shown to the user."""

    target: str
    source: Path
    mode: int
    size: int
    sha256: str
    why: str


@dataclass(frozen=True)
class ProjectFiles:
    """What the project itself puts into the image, copied and checked; `authorities` are CA certificates in PEM."""

    files: tuple[RootFile, ...] = ()
    authorities: bytes = b""


@dataclass(frozen=True)
class RootFilesystem:
    """Exactly the files that the image will hold."""

    files: tuple[RootFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@dataclass(frozen=True)
class ImageFile:
    """One file in an image, its size in bytes, and why it is there."""

    path: str
    size: int
    why: str


@dataclass(frozen=True)
class Image:
    """An OCI image layout on disk. Its manifest's digest is the digest everywhere. Sizes in bytes."""

    layout: Path
    digest: str
    platform: Platform
    files: tuple[ImageFile, ...]
    size: int
    compressed_size: int


@dataclass(frozen=True)
class Delivered:
    """An image that is where it will run, under an exact name."""

    reference: str
    """repository@sha256:..."""
    digest: str
    uploaded: bool
