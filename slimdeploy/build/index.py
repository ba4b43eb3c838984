"""Images of one platform each -> one image for all: an OCI index, whose digest is then the digest everywhere.

OCI image spec 1.1, image-index.md. The layout holds the blobs of all of them, as hard links; its index.json names the
index alone, so every tool that takes one image takes this one.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.plan import Platform
from slimdeploy.build.layers import link
from slimdeploy.build.layout import blob, is_whole, read_layout

INDEX = "application/vnd.oci.image.index.v1+json"
INDEXES = "indexes"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


def make_index(images: Sequence[Image], architecture: str, work: Path) -> Image:
    """The index of these images, in their order, in a layout in `work`; `architecture` is this machine's."""
    layout = work / "index"
    blobs = layout / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for image in images:
        for each in sorted((image.layout / "blobs" / "sha256").iterdir()):
            link(each, blobs / each.name)
    manifests = [_descriptor(image) for image in images]
    content = _json({"schemaVersion": 2, "mediaType": INDEX, "manifests": manifests})
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    blob(layout, digest).write_bytes(content)
    named = {"mediaType": INDEX, "digest": digest, "size": len(content)}
    (layout / "index.json").write_bytes(_json({"schemaVersion": 2, "manifests": [named]}))
    (layout / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="ascii")
    compressed = sum(image.compressed_size for image in images)
    whole = replace(images[0], layout=layout, digest=digest, compressed_size=compressed, variants=tuple(images))
    first = whole.fitting(architecture)
    return replace(whole, platform=first.platform, files=first.files, size=first.size, base=first.base)


def variant(kept: Path, digest: str, platform: Platform) -> str:
    """The digest of an index's image for this platform, if that index is kept here; otherwise the digest itself."""
    try:
        index = json.loads(blob(kept / INDEXES / digest.removeprefix("sha256:")[:32], digest).read_bytes())
    except (OSError, ValueError):
        return digest
    wanted = _platform(platform)
    return next((each["digest"] for each in index["manifests"] if each["platform"] == wanted), digest)


def is_complete(image: Image) -> bool:
    """Whether a kept image is still there, each blob of it what its digest says."""
    if not image.variants:
        return read_layout(image.layout) is not None
    try:
        named = json.loads((image.layout / "index.json").read_bytes())["manifests"][0]["digest"]
        held = list((image.layout / "blobs" / "sha256").iterdir())
    except (OSError, ValueError, LookupError, TypeError):
        return False
    wanted = {image.digest, *(each.digest for each in image.variants)}
    there = {f"sha256:{each.name}" for each in held}
    return (
        named == image.digest
        and wanted <= there
        and all(is_whole(each, f"sha256:{each.name}") for each in held)
        and all((each.layout / "index.json").is_file() for each in image.variants)
    )


def _descriptor(image: Image) -> dict[str, Any]:
    size = blob(image.layout, image.digest).stat().st_size
    return {"mediaType": MANIFEST, "digest": image.digest, "size": size, "platform": _platform(image.platform)}


def _platform(platform: Platform) -> dict[str, str]:
    variant = {"variant": platform.variant} if platform.variant else {}
    return {"architecture": platform.architecture, "os": platform.os} | variant


def _json(document: object) -> bytes:
    return json.dumps(document, separators=(",", ":")).encode()
