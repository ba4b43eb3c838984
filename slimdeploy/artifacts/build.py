"""From source to an image on disk: Binary, StaticBinary, RootFilesystem, Image, Delivered."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from slimdeploy.artifacts.plan import Pinned, Platform
from slimdeploy.records import frozen


@frozen
class Binary:
    """What go build wrote. Nothing is known about it yet."""

    path: Path
    package: str
    platform: Platform


@frozen
class StaticBinary:
    """A binary that the linkage gate has passed. `functions` are the names linked into it; `size` in bytes."""

    path: Path
    platform: Platform
    sha256: str
    size: int
    functions: frozenset[str]


@frozen
class RootFile:
    """One file of the root filesystem. `why` is shown to the user."""

    target: str
    source: Path
    mode: int
    size: int
    sha256: str
    why: str


@frozen
class ProjectFiles:
    """What the project itself puts into the image, copied and checked; `authorities` are CA certificates in PEM."""

    files: tuple[RootFile, ...] = ()
    authorities: bytes = b""


@frozen
class RootFilesystem:
    """Exactly the files that the image will hold."""

    files: tuple[RootFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


@frozen
class Base:
    """An image that lies below ours, on disk. `paths` leads from each path in it to where it links, or to "".

    `size` is the bytes of its files; `passwd` and `group` are those of its accounts.
    """

    pinned: Pinned
    layout: Path
    size: int
    paths: Mapping[str, str]
    passwd: str = ""
    group: str = ""

    def holds(self, path: str) -> bool:
        """Whether there is something under this absolute path."""
        return path in self.paths


@frozen
class ImageFile:
    """One file in an image, its size in bytes, and why it is there."""

    path: str
    size: int
    why: str


@frozen
class Image:
    """An OCI image layout on disk. Its digest is the digest everywhere. Sizes in bytes.

    For several platforms it is an index of the images in `variants`: `platform`, `files` and `size` are then those of
    the first one that fits this machine, and `compressed_size` is what all of them take in a registry.
    """

    layout: Path
    digest: str
    platform: Platform
    files: tuple[ImageFile, ...]
    size: int
    compressed_size: int
    variants: tuple[Image, ...] = ()
    base: str = ""
    """What it lies on, repository@digest; empty is nothing."""

    @property
    def each(self) -> tuple[Image, ...]:
        """One image a platform."""
        return self.variants or (self,)

    @property
    def platforms(self) -> str:
        """The platforms, as people read them."""
        return ", ".join(str(image.platform) for image in self.each)

    def fitting(self, architecture: str) -> Image:
        """The image for this architecture; without one, the first (an emulator may run it)."""
        return next((image for image in self.each if image.platform.architecture == architecture), self.each[0])


@frozen
class Delivered:
    """An image that is where it will run, under an exact name."""

    reference: str
    """repository@sha256:..."""
    digest: str
    uploaded: bool
