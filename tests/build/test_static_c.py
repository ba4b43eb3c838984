"""static.cgo = "static": a program with C in it, linked in whole, runs where there is nothing else."""

from __future__ import annotations

import subprocess

import pytest

from slimdeploy.artifacts.plan import Platform
from slimdeploy.config.reader import load
from slimdeploy.errors import ToolMissing
from slimdeploy.pipeline import push
from slimdeploy.plan.deploy import Overrides
from slimdeploy.tools import cc
from slimdeploy.tools.cc import static_compiler
from slimdeploy.tools.podman import local_engine
from slimdeploy.workbench import Request
from tests.build.sources import Source, kept
from tests.unit.samples import AMD64

STATIC = 'static.cgo = "static"\n'


@pytest.fixture
def notes(source: Source) -> Source:
    """The program that keeps its notes in SQLite, in C, under a name of its own in podman's store."""
    return kept(source, "sqlite_c").write({"slim.toml": f'app.name = "t-static-c"\n{STATIC}'})


def test_sqlite_in_c_runs_from_an_empty_image(notes: Source) -> None:
    request = Request(notes.folder, load(notes.folder / "slim.toml"), Overrides())
    reference = push(request, notes.events.append).reference
    engine = local_engine()
    run = ["podman", *engine.flags, "run", "--rm", "--network=none", "--read-only"]
    run += [f"--ulimit={limit}" for limit in engine.ulimits]
    try:
        done = subprocess.run([*run, reference], capture_output=True, text=True, check=False)
    finally:
        subprocess.run(["podman", "rmi", "--force", reference], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (0, "hello from sqlite\n"), done.stderr


def test_what_glibc_would_load_at_run_time_is_one_warning(notes: Source) -> None:
    """go-sqlite3 calls dlopen for extensions. The linker says so only when it runs, so here it has to."""
    lookup = (
        '// #include <netdb.h>\n// int look() { return gethostbyname("x") != 0; }\nimport "C"\n\nvar Look = C.look\n'
    )
    notes.write({"look.go": "package main\n\n" + lookup}).compile()
    if static_compiler(AMD64, AMD64) == "gcc":
        (warning,) = notes.warnings
        assert "dlopen, gethostbyname" in warning
        assert "apt-get install musl-tools" in warning
    else:
        assert notes.warnings == []


def test_the_same_source_gives_the_same_bytes(notes: Source) -> None:
    first = notes.compile().sha256
    for file in (notes.folder.parent / "cache").rglob("t-static-c*"):
        file.unlink()
    assert notes.compile().sha256 == first


@pytest.mark.parametrize(
    ("installed", "target", "chosen"),
    [
        ({"gcc", "musl-gcc"}, AMD64, "musl-gcc"),
        ({"gcc", "aarch64-linux-gnu-gcc"}, AMD64, "gcc"),
        ({"gcc", "aarch64-linux-gnu-gcc"}, Platform("linux", "arm64"), "aarch64-linux-gnu-gcc"),
        ({"aarch64-linux-musl-gcc", "aarch64-linux-gnu-gcc"}, Platform("linux", "arm64"), "aarch64-linux-musl-gcc"),
    ],
)
def test_the_compiler(monkeypatch: pytest.MonkeyPatch, installed: set[str], target: Platform, chosen: str) -> None:
    monkeypatch.setattr(cc, "find", lambda name: name if name in installed else None)
    assert static_compiler(target, AMD64) == chosen


@pytest.mark.parametrize(
    ("target", "package"),
    [
        (AMD64, "musl-tools"),
        (Platform("linux", "arm64"), "gcc-aarch64-linux-gnu"),
        (Platform("linux", "s390x"), "gcc-s390x-linux-gnu"),
    ],
)
def test_no_compiler(monkeypatch: pytest.MonkeyPatch, target: Platform, package: str) -> None:
    monkeypatch.setattr(cc, "find", lambda name: "gcc" if name == "gcc" and target != AMD64 else None)
    with pytest.raises(ToolMissing) as missing:
        static_compiler(target, AMD64)
    assert (missing.value.code, f"apt-get install {package}," in missing.value.hint) == (72, True)
