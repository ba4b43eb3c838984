"""Images to start from, made here since none can be pulled: a base of a few files, a builder of this machine's Go."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

OCI = "application/vnd.oci.image"
TOOLS = ("compile", "link", "asm", "cgo")
Filler = Callable[[tarfile.TarFile], None]


def files(contents: Mapping[str, str | bytes]) -> Filler:
    """A layer of these files; text that starts with "-> " is a link."""

    def fill(layer: tarfile.TarFile) -> None:
        for path, content in contents.items():
            member = tarfile.TarInfo(path)
            if isinstance(content, str) and content.startswith("-> "):
                member.type, member.linkname = tarfile.SYMTYPE, content.removeprefix("-> ")
                layer.addfile(member)
                continue
            data = content.encode() if isinstance(content, str) else content
            member.size, member.mode = len(data), 0o755
            layer.addfile(member, io.BytesIO(data))

    return fill


def go_tree(layer: tarfile.TarFile) -> None:
    """What `go build` needs of GOROOT, where it is here: 110 MB."""
    root = Path(subprocess.run(["go", "env", "GOROOT"], check=True, capture_output=True, text=True).stdout.strip())

    def wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
        tool = "/pkg/tool/" in member.name and member.isfile() and Path(member.name).name not in TOOLS
        skipped = {"testdata", "cmd"}.intersection(Path(member.name).parts) and "/src/" in member.name
        return None if tool or skipped or member.name.endswith("_test.go") else member

    for part in ("bin", "lib", "pkg/include", "pkg/tool", "src", "VERSION", "go.env"):
        if (root / part).exists():
            layer.add(root / part, filter=wanted)
    layer.add("/bin/busybox" if Path("/bin/busybox").exists() else shutil.which("busybox") or "", "bin/busybox")


def make(folder: Path, *layers: Filler, architecture: str = "amd64", **settings: Any) -> Path:
    """An OCI layout of these layers; settings are those of the image's config."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    packed, diffs = [], []
    for fill in layers:
        content = io.BytesIO()
        with tarfile.open(fileobj=content, mode="w") as layer:
            fill(layer)
        diffs.append(_digest(content.getvalue()))
        packed.append(_put(blobs, gzip.compress(content.getvalue(), 1, mtime=0), "layer.v1.tar+gzip"))
    rootfs = {"type": "layers", "diff_ids": diffs}
    document = {"os": "linux", "architecture": architecture, "config": settings, "rootfs": rootfs}
    config = _put(blobs, json.dumps(document).encode(), "config.v1+json")
    kind = f"{OCI}.manifest.v1+json"
    manifest = {"schemaVersion": 2, "mediaType": kind, "config": config, "layers": packed}
    named = _put(blobs, json.dumps(manifest).encode(), "manifest.v1+json")
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [named]}))
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return folder


def in_zstd(layout: Path, folder: Path) -> Path:
    """The same with its layers compressed by zstd."""
    command = ["skopeo", "copy", "-q", "--dest-compress-format", "zstd", f"oci:{layout}", f"oci:{folder}"]
    subprocess.run(command, check=True, capture_output=True)
    return folder


def push(layout: Path, reference: str, *flags: str) -> str:
    """Put it into a registry; its digest there."""
    command = ["skopeo", "copy", "-q", "--preserve-digests", "--dest-tls-verify=false"]
    subprocess.run([*command, *flags, f"oci:{layout}", f"docker://{reference}"], check=True, capture_output=True)
    return str(json.loads((layout / "index.json").read_text())["manifests"][0]["digest"])


def push_index(layouts: Sequence[Path], reference: str) -> str:
    """One image for several platforms, of one image each; its digest there."""
    manifests = []
    folder = layouts[0].parent / "index"
    blobs = folder / "blobs/sha256"
    for layout in layouts:
        shutil.copytree(layout / "blobs", folder / "blobs", dirs_exist_ok=True)
        named = json.loads((layout / "index.json").read_text())["manifests"][0]
        manifest = json.loads((blobs / named["digest"].removeprefix("sha256:")).read_text())
        config = json.loads((blobs / manifest["config"]["digest"].removeprefix("sha256:")).read_text())
        manifests.append(named | {"platform": {key: config[key] for key in ("os", "architecture")}})
    kind = f"{OCI}.index.v1+json"
    content = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": manifests}).encode()
    (folder / "index.json").write_text(
        json.dumps({"schemaVersion": 2, "manifests": [_put(blobs, content, "index.v1+json")]})
    )
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}')
    return push(folder, reference, "--all")


def _put(blobs: Path, content: bytes, kind: str) -> dict[str, Any]:
    (blobs / _digest(content).removeprefix("sha256:")).write_bytes(content)
    return {"mediaType": f"{OCI}.{kind}", "digest": _digest(content), "size": len(content)}


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
