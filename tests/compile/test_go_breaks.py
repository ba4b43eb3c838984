"""What breaks underneath go: too little memory, a full disk, a damaged cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.compile.conftest import MAIN, Project
from tests.waiting import comes_true

V1 = Path("/sys/fs/cgroup/memory")
MEBIBYTES = 400
LARGE = f"package main\n\nvar all = []any{{{'0,' * 1_000_000}}}\n\nfunc main() {{ println(len(all)) }}\n"
"""Its compiler would take 1.8 GB. The kernel kills who has most: with 400 MiB that is always the compiler, since all
others together (Python 60 MB, go 20 MB, buildah) have less than half of it."""
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts")


@pytest.fixture
def small(project: Project) -> Project:
    """A program that imports nothing: the runtime is compiled in 3 s."""
    return project.module().write({"main.go": MAIN})


@pytest.fixture
def own_cache(small: Project, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build cache that may be damaged."""
    cache = small.folder.parent / "gocache"
    monkeypatch.setenv("GOCACHE", str(cache))
    return cache


@pytest.fixture
def little_memory() -> Iterator[Path]:
    """A memory cgroup in which everything has room, the compiler and the linker too, but for LARGE."""
    folder = V1 / f"slimdeploy-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / "memory.limit_in_bytes").write_text(str(MEBIBYTES << 20))
    except OSError:
        pytest.skip("no memory cgroup of version 1 to write to")
    yield folder
    assert comes_true(lambda: not (folder / "cgroup.procs").read_text())
    folder.rmdir()


def test_the_compiler_is_killed_for_want_of_memory(small: Project, little_memory: Path) -> None:
    small.write({"main.go": LARGE})
    enter = f"echo $$ > {little_memory}/cgroup.procs; exec {sys.executable} -m slimdeploy build"
    done = subprocess.run(["sh", "-c", enter], cwd=small.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 80, done.stderr
    assert f"the compiler was killed (out of memory: limit {MEBIBYTES} MiB, oom count " in done.stderr
    assert "next: give it more memory, or compile one thing at a time: GOMAXPROCS=1" in done.stderr


@needs_root
def test_a_full_disk_is_named(small: Project) -> None:
    """slimdeploy's own folder, where go works, on a file system of 1 MB."""
    cache = small.folder.parent / "cache"
    cache.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", cache], check=True)
    try:
        refused = small.refusal()
    finally:
        subprocess.run(["umount", cache], check=True)
    assert refused.code == 73
    assert refused.details[0].startswith(f"{cache} is full: ")
    assert refused.details[0].endswith(" bytes are free")


def damage(cache: Path, part: int) -> None:
    """Turn 4 kB in the largest package around; size and time stay, so go does not notice."""
    archives = [file for file in cache.rglob("*-d") if file.read_bytes()[:8] == b"!<arch>\n"]
    runtime = max(archives, key=lambda file: file.stat().st_size)
    before, content = runtime.stat(), bytearray(runtime.read_bytes())
    start = len(content) * part // 16
    content[start : start + 4096] = bytes(each ^ 0xFF for each in content[start : start + 4096])
    runtime.write_bytes(content)
    os.utime(runtime, ns=(before.st_atime_ns, before.st_mtime_ns))


def panics(project: Project) -> bool:
    tried = project.folder.parent / "tried"
    tried.unlink(missing_ok=True)
    command = ["go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(tried)]
    environment = os.environ | {"CGO_ENABLED": "0"}
    done = subprocess.run(command, cwd=project.folder, env=environment, capture_output=True, text=True, check=False)
    return "panic: " in done.stderr


def test_a_linker_that_crashes_on_a_damaged_cache_gets_an_empty_one(small: Project, own_cache: Path) -> None:
    before = small.compile().sha256
    for part in range(8, 16):
        damage(own_cache, part)
        if panics(small):
            break
        damage(own_cache, part)
    shutil.rmtree(small.folder.parent / "cache")
    assert small.compile().sha256 == before
    assert "crashed" in small.warnings[0]
    assert "go clean -cache" in small.warnings[1]
