"""Builds the two programs of the cluster (`kube`, all of Kubernetes; `pause`) once, and keeps them in the cache folder.

The folder's name is a hash of the sources, so a change builds again and an old checkout finds its own. A cold build
takes 6-8 minutes on 2 cores; the folder is renamed into place when it is complete.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
SOURCES = ("kube/main.go", "kube/etcd.go", "kube/go.mod", "kube/go.sum", "pause/main.go", "pause/go.mod")
# Without a version, clients cannot read what the server says about itself.
VERSION = {"gitVersion": "v1.37.2", "gitMajor": "1", "gitMinor": "37", "gitTreeState": "clean", "gitCommit": "0" * 40}


class BuildError(Exception):
    """Go is missing, or the build failed."""


def binaries() -> Path:
    """The folder that holds `kube` and `pause`."""
    wanted = cache_folder() / _key()
    if not wanted.exists():
        cache_folder().mkdir(parents=True, exist_ok=True)
        with (cache_folder() / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not wanted.exists():
                _build(wanted)
    return wanted


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "slimdeploy-test-cluster"


def _key() -> str:
    digest = hashlib.sha256(repr(VERSION).encode())
    for source in SOURCES:
        digest.update((HERE / source).read_bytes())
    return digest.hexdigest()[:16]


def _build(wanted: Path) -> None:
    sys.stderr.write("building the test cluster's Kubernetes from source, once: 6 to 8 minutes\n")
    with tempfile.TemporaryDirectory(dir=cache_folder(), prefix="building-") as folder:
        for program in ("pause", "kube"):
            _go_build(program, Path(folder, "new", program))
        Path(folder, "new").rename(wanted)


def _go_build(program: str, target: Path) -> None:
    if not shutil.which("go"):
        raise BuildError("the test cluster is built from source and needs Go (1.26 or later) on the PATH")
    variables = " ".join(f"-X k8s.io/component-base/version.{name}={value}" for name, value in VERSION.items())
    command = ["go", "build", "-trimpath", "-buildvcs=false", "-ldflags", f"-s -w {variables}", "-o", str(target), "."]
    environment = {**os.environ, "CGO_ENABLED": "0", "GOFLAGS": "", "GOTOOLCHAIN": "local", "GOWORK": "off"}
    done = subprocess.run(
        ["nice", "-n", "5", *command], cwd=HERE / program, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BuildError(f"go build of {HERE / program} failed:\n{done.stderr[-4000:]}")
