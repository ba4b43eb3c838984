"""Reads an OCI image layout back (OCI image spec 1.1, image-layout.md): what was really written, not what was asked."""

from __future__ import annotations

import hashlib
import json
import tarfile
from pathlib import Path
from typing import Any

from slimdeploy.records import frozen

ZSTD = b"\x28\xb5\x2f\xfd"


@frozen
class Layout:
    """A layout with exactly one manifest. Sizes in bytes."""

    folder: Path
    digest: str
    config: dict[str, Any]
    layers: tuple[tuple[str, int], ...]

    @property
    def compressed_size(self) -> int:
        """Bytes that a registry holds of the layers."""
        return sum(size for _, size in self.layers)

    def files(self) -> tuple[tuple[str, int], ...]:
        """Path and size of each file in the layers, in the order of the archive."""
        found: list[tuple[str, int]] = []
        for digest, _ in self.layers:
            with tarfile.open(blob(self.folder, digest)) as layer:
                found += [(f"/{member.name}", member.size) for member in layer if not member.isdir()]
        return tuple(found)


def read_layout(folder: Path) -> Layout | None:
    """The layout in this folder; None when it is missing or not whole: each blob is what its digest says.

    Hashing takes 2 ms for hello and 30 ms for an image of 100 MB; what is damaged here would fail at every push.
    """
    try:
        digest = json.loads((folder / "index.json").read_bytes())["manifests"][0]["digest"]
        manifest = json.loads(blob(folder, digest).read_bytes())
        digests = [digest, manifest["config"]["digest"], *(each["digest"] for each in manifest["layers"])]
        if not all(is_whole(blob(folder, each), each) for each in digests):
            return None
        config = json.loads(blob(folder, manifest["config"]["digest"]).read_bytes())
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return None
    return Layout(folder, digest, config, tuple((each["digest"], each["size"]) for each in manifest["layers"]))


def is_readable(layout: Layout) -> bool:
    """Whether Python can unpack all layers: it cannot read zstd before 3.14."""
    return not any(_starts_with(blob(layout.folder, digest), ZSTD) for digest, _ in layout.layers)


def is_whole(file: Path, digest: str) -> bool:
    """Whether a blob is what its digest says."""
    with file.open("rb") as content:
        return f"sha256:{hashlib.file_digest(content, 'sha256').hexdigest()}" == digest


def blob(folder: Path, digest: str) -> Path:
    """Where a layout keeps the blob of this digest."""
    algorithm, _, name = digest.partition(":")
    return folder / "blobs" / algorithm / name


def _starts_with(file: Path, magic: bytes) -> bool:
    with file.open("rb") as content:
        return content.read(len(magic)) == magic
