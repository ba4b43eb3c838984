"""The images of the scenarios: one program that fails as it is told to, and images that slimdeploy would never make."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.cluster.containerd import tar

HERE = Path(__file__).parent
DYNAMIC = 'package main\n\n// #include <stdio.h>\nimport "C"\n\nfunc main() { C.puts(C.CString("never seen")) }\n'
EMPTY = "package main\n\nfunc main() {}\n"
SLIM = '[image]\nrepository = "{registry}/failures/breaks"\nca = "none"\ntimezones = "none"\n'


def push_breaks(folder: Path, registry: str) -> str:
    """breaks.go as slimdeploy makes it: no certificates, no time zones. The image's name, by digest."""
    _module(folder, (HERE / "breaks.go").read_text(encoding="utf-8"))
    (folder / "slim.toml").write_text(SLIM.format(registry=registry))
    environment = os.environ | {"XDG_CACHE_HOME": str(folder / "cache"), "GOCACHE": _go_cache()}
    command = [sys.executable, "-m", "slimdeploy", "push", "-q"]
    return subprocess.run(
        command, cwd=folder, env=environment, check=True, capture_output=True, text=True
    ).stdout.strip()


def push_dynamic(folder: Path, registry: str) -> str:
    """A binary that needs a loader, in an image that has none."""
    _module(folder, DYNAMIC)
    return _push(folder, f"{registry}/failures/dynamic", _compile(folder, CGO_ENABLED="1"))


def push_foreign(folder: Path, registry: str, *, honest: bool) -> str:
    """A program for arm64; not `honest`: the image says that it is for amd64."""
    _module(folder, EMPTY)
    binary = _compile(folder, CGO_ENABLED="0", GOARCH="arm64")
    name = f"{registry}/failures/{'arm64' if honest else 'mistaken'}"
    return _push(folder, name, binary, "arm64" if honest else "amd64")


def push_busybox(folder: Path, registry: str) -> str:
    """Debian's static busybox, alone."""
    folder.mkdir(parents=True, exist_ok=True)
    program = Path(shutil.which("busybox") or "/bin/busybox").read_bytes()
    return _push(folder, f"{registry}/failures/busybox", program, program="bin/busybox")


def _module(folder: Path, main: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "go.mod").write_text("module example.com/breaks\n\ngo 1.22\n")
    (folder / "main.go").write_text(main)


def _compile(folder: Path, **environment: str) -> bytes:
    command = ["go", "build", "-trimpath", "-ldflags", "-s -w", "-o", "breaks", "."]
    subprocess.run(command, cwd=folder, env=os.environ | environment, check=True, capture_output=True)
    return (folder / "breaks").read_bytes()


def _go_cache() -> str:
    return subprocess.run(["go", "env", "GOCACHE"], check=True, capture_output=True, text=True).stdout.strip()


def _push(folder: Path, name: str, binary: bytes, architecture: str = "amd64", *, program: str = "breaks") -> str:
    """What `docker save` would write, pushed by skopeo: nothing is checked on the way."""
    archive, digest = folder / "image.tar", folder / "digest"
    archive.write_bytes(_archive(program, binary, architecture))
    command = ["skopeo", "copy", "-q", "--dest-tls-verify=false", f"--digestfile={digest}"]
    subprocess.run([*command, f"docker-archive:{archive}", f"docker://{name}:x"], check=True, capture_output=True)
    return f"{name}@{digest.read_text().strip()}"


def _archive(program: str, binary: bytes, architecture: str) -> bytes:
    layer = tar({program: binary})
    config = {
        "architecture": architecture,
        "os": "linux",
        "config": {"Entrypoint": [f"/{program}"], "User": "65532:65532"},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
    }
    manifest = [{"Config": "config.json", "RepoTags": ["breaks:x"], "Layers": ["layer.tar"]}]
    return tar({"layer.tar": layer, "config.json": _json(config), "manifest.json": _json(manifest)})


def _json(document: object) -> bytes:
    return json.dumps(document).encode()
