"""What breaks underneath go: too little memory, a full disk, a damaged cache."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.build.sources import MAIN, Source

V1 = Path("/sys/fs/cgroup/memory")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="mounts")


@pytest.fixture
def small(source: Source) -> Source:
    """A program that imports nothing: the runtime is compiled in 3 s."""
    return source.module().write({"main.go": MAIN})


@pytest.fixture
def own_cache(small: Source, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A build cache that may be damaged."""
    cache = small.folder.parent / "gocache"
    monkeypatch.setenv("GOCACHE", str(cache))
    return cache


@pytest.fixture
def little_memory(own_cache: Path) -> Iterator[Path]:
    """A memory cgroup in which Go's compiler cannot compile the runtime."""
    assert not own_cache.exists()
    folder = V1 / f"slimdeploy-test-{os.getpid()}"
    try:
        folder.mkdir()
        (folder / "memory.limit_in_bytes").write_text(str(95 << 20))
    except OSError:
        pytest.skip("no memory cgroup of version 1 to write to")
    yield folder
    folder.rmdir()


def test_the_compiler_is_killed_for_want_of_memory(small: Source, little_memory: Path) -> None:
    enter = f"echo $$ > {little_memory}/cgroup.procs; exec {sys.executable} -m slimdeploy build"
    done = subprocess.run(["sh", "-c", enter], cwd=small.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 80, done.stderr
    assert "the compiler was killed (out of memory: limit 95 MiB, oom count " in done.stderr
    assert "next: give it more memory, or compile one thing at a time: GOMAXPROCS=1" in done.stderr


@needs_root
def test_a_full_disk_is_named(small: Source) -> None:
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


def panics(source: Source) -> bool:
    tried = source.folder.parent / "tried"
    tried.unlink(missing_ok=True)
    command = ["go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", str(tried)]
    environment = os.environ | {"CGO_ENABLED": "0"}
    done = subprocess.run(command, cwd=source.folder, env=environment, capture_output=True, text=True, check=False)
    return "panic: " in done.stderr


def test_a_linker_that_crashes_on_a_damaged_cache_gets_an_empty_one(small: Source, own_cache: Path) -> None:
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
