"""Reads an OCI image layout back (OCI image spec 1.1, image-layout.md): what was really written, not what was asked."""

from __future__ import annotations

import json
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
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
    """The layout in this folder; None when it is missing or not whole (a blob absent or of the wrong size)."""
    try:
        digest = json.loads((folder / "index.json").read_bytes())["manifests"][0]["digest"]
        manifest = json.loads(blob(folder, digest).read_bytes())
        descriptors = [manifest["config"], *manifest["layers"]]
        if any(blob(folder, each["digest"]).stat().st_size != each["size"] for each in descriptors):
            return None
        config = json.loads(blob(folder, manifest["config"]["digest"]).read_bytes())
    except (OSError, ValueError, LookupError):
        return None
    return Layout(folder, digest, config, tuple((each["digest"], each["size"]) for each in manifest["layers"]))


def blob(folder: Path, digest: str) -> Path:
    """Where a layout keeps the blob of this digest."""
    algorithm, _, name = digest.partition(":")
    return folder / "blobs" / algorithm / name
