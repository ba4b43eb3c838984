"""The linkage gate, on real binaries: what an empty image could not run is refused with the reason."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Binary
from slimdeploy.artifacts.plan import Platform
from slimdeploy.build.linkage import prove_static
from slimdeploy.build.needs import READS_ROOTS
from slimdeploy.errors import LinkageRefused
from slimdeploy.tools import command
from slimdeploy.tools.go import host
from slimdeploy.workbench import Built
from tests.build import programs
from tests.build.conftest import binary_of, go_cache

needs_gcc = pytest.mark.skipif(shutil.which("gcc") is None, reason="no gcc on this machine")
HERE = host()
OTHER = Platform("linux", "arm64" if HERE.architecture != "arm64" else "amd64")


def go_build(project: Path, *flags: str, **variables: str) -> Path:
    """What go itself makes of it, past slimdeploy."""
    output = project / "built"
    environment = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "", "GOCACHE": go_cache()} | variables
    argv = [command.require("go", ""), "build", f"-o={output}", "-buildvcs=false", *flags, "."]
    subprocess.run(argv, cwd=project, env=environment, check=True, capture_output=True)
    return output


def binary(path: Path, platform: Platform = HERE) -> Binary:
    return Binary(path, "./cmd/x", platform)


def refusal(path: Path, platform: Platform = HERE) -> LinkageRefused:
    with pytest.raises(LinkageRefused) as refused:
        prove_static(binary(path, platform))
    assert refused.value.code == 81
    assert "./cmd/x" in refused.value.what
    return refused.value


def test_a_static_program_passes_and_its_functions_are_known(hello: Built) -> None:
    static = prove_static(binary(binary_of(hello.image)))
    assert {*READS_ROOTS, "main.main", "net/http.ListenAndServe"} <= static.functions
    assert static.size == binary_of(hello.image).stat().st_size


def test_a_program_without_network_does_not_read_the_roots(plain: Built) -> None:
    static = prove_static(binary(binary_of(plain.image)))
    assert "main.main" in static.functions
    assert static.functions.isdisjoint(READS_ROOTS)


def test_a_program_of_this_system_is_dynamic() -> None:
    error = refusal(Path("/bin/sh"))
    assert any(detail.startswith("it asks for the loader /lib") for detail in error.details)
    assert "it needs the library libc.so.6" in error.details


@needs_gcc
def test_a_dynamic_program_is_refused_with_its_loader_and_libraries(tmp_path: Path) -> None:
    project = programs.write("cmain", tmp_path)
    error = refusal(go_build(project, CGO_ENABLED="1"))
    assert any(detail.startswith("it asks for the loader /lib") for detail in error.details)
    assert "it needs the library libc.so.6" in error.details
    assert 'import "C"' in error.hint


def test_a_position_independent_program_asks_for_a_loader(tmp_path: Path) -> None:
    error = refusal(go_build(programs.write("plain", tmp_path), "-buildmode=pie"))
    assert any(detail.startswith("it asks for the loader /lib") for detail in error.details)


@needs_gcc
def test_a_static_position_independent_program_passes(tmp_path: Path) -> None:
    source = tmp_path / "main.c"
    source.write_text("int main(void) { return 0; }\n")
    subprocess.run(["gcc", "-static-pie", "-o", tmp_path / "built", source], check=True)
    assert prove_static(binary(tmp_path / "built")).functions == frozenset()


@needs_gcc
def test_a_shared_library_is_no_program(tmp_path: Path) -> None:
    source = tmp_path / "lib.c"
    source.write_text("int one(void) { return 1; }\n")
    subprocess.run(["gcc", "-shared", "-nostdlib", "-o", tmp_path / "built", source], check=True)
    assert any("no executable" in detail for detail in refusal(tmp_path / "built").details)


@needs_gcc
def test_an_object_file_is_no_program(tmp_path: Path) -> None:
    source = tmp_path / "lib.c"
    source.write_text("int one(void) { return 1; }\n")
    subprocess.run(["gcc", "-c", "-o", tmp_path / "built", source], check=True)
    assert any("ET_REL" in detail for detail in refusal(tmp_path / "built").details)


def test_a_program_for_another_machine(plain: Built) -> None:
    (detail,) = refusal(binary_of(plain.image), OTHER).details
    assert detail.startswith("it is built for EM_")
    assert detail.endswith(f"not for {OTHER}")


def test_a_platform_that_nobody_knows(plain: Built) -> None:
    (detail,) = refusal(binary_of(plain.image), Platform("linux", "abacus")).details
    assert "not for linux/abacus" in detail


def test_a_library_package_is_an_archive(tmp_path: Path) -> None:
    archive = go_build(programs.write("library", tmp_path))
    error = refusal(archive)
    assert "not a main package" in error.what
    assert "build.main" in error.hint


@pytest.mark.parametrize("content", [b"#!/bin/sh\necho hello\n", b"", b"\x7fELF", b"MZ\x90\x00", b"\x00" * 4096])
def test_what_is_no_program_at_all(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "built").write_bytes(content)
    assert "no ELF file" in refusal(tmp_path / "built").what


@pytest.mark.parametrize("kept", [5, 16, 20, 63, 64, 65, 120, 500, 4096, 100_000, 1_000_000])
def test_a_program_that_is_cut_off(kept: int, plain: Built, tmp_path: Path) -> None:
    (tmp_path / "built").write_bytes(binary_of(plain.image).read_bytes()[:kept])
    refusal(tmp_path / "built")


def test_a_damaged_program_is_refused_or_passes_but_never_fails_us(plain: Built, tmp_path: Path) -> None:
    whole = binary_of(plain.image).read_bytes()
    for offset in range(4, 700, 3):
        (tmp_path / "built").write_bytes(whole[:offset] + b"\xff" + whole[offset + 1 :])
        try:
            prove_static(binary(tmp_path / "built"))
        except LinkageRefused:
            continue
