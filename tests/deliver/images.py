"""Small images without a compiler: an OCI layout with one layer of random bytes, and registries to push it to."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import tarfile
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.build import Image
from slimdeploy.artifacts.plan import Platform
from slimdeploy.events import Step

OCI = "application/vnd.oci.image"


def make_image(folder: Path, size: int = 100_000, program: bytes = b"") -> Image:
    """An image that nobody has pushed before; `program`, if given, is what it runs."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    layer = _tar("program", program or os.urandom(size))
    packed = _put(blobs, gzip.compress(layer, 1, mtime=0))
    platform = {"architecture": "amd64", "os": "linux"}
    run = {"Entrypoint": ["/program"], "User": "65532:65532"}
    contents = {"rootfs": {"type": "layers", "diff_ids": [_digest(layer)]}, "config": run}
    config = _put(blobs, json.dumps(platform | contents).encode())
    layers = [packed | {"mediaType": f"{OCI}.layer.v1.tar+gzip"}]
    document = {"schemaVersion": 2, "mediaType": f"{OCI}.manifest.v1+json"}
    document |= {"config": config | {"mediaType": f"{OCI}.config.v1+json"}, "layers": layers}
    manifest = _put(blobs, json.dumps(document).encode()) | {"mediaType": f"{OCI}.manifest.v1+json"}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [manifest]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return Image(folder, manifest["digest"], Platform("linux", "amd64"), (("/program", size),), size, packed["size"])


def silent() -> tuple[Step, list[str]]:
    """A step, and what it reported."""
    said: list[str] = []
    return Step("push", lambda event: said.append(str(getattr(event, "text", None) or event))), said


def _put(blobs: Path, content: bytes) -> dict[str, Any]:
    (blobs / _digest(content).removeprefix("sha256:")).write_bytes(content)
    return {"digest": _digest(content), "size": len(content)}


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def _tar(name: str, content: bytes) -> bytes:
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size, member.mode = len(content), 0o755
        archive.addfile(member, io.BytesIO(content))
    return target.getvalue()
