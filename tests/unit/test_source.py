"""Nothing twice: whatever go could see changes the fingerprint, and nothing else does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import Image, ImageFile
from slimdeploy.artifacts.plan import BuildPlan, CompilePlan, ImagePlan, Platform, RootfsPlan
from slimdeploy.facts import source
from slimdeploy.facts.roots import roots
from slimdeploy.facts.source import fingerprint
from slimdeploy.state.memory import Memory

AMD64 = Platform("linux", "amd64")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A module with a package, an embedded file, a repository, and a replaced module beside it."""
    for name, text in {
        "app/go.mod": "module example.com/app\n\ngo 1.21\n\nreplace example.com/lib => ../lib\n",
        "app/main.go": "package main\n\nfunc main() {}\n",
        "app/static/page.html": "<p>hello</p>\n",
        "app/.git/HEAD": "ref: refs/heads/main\n",
        "lib/go.mod": "module example.com/lib\n",
        "lib/lib.go": "package lib\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path / "app"


def settled(project: Path) -> str:
    time.sleep(source.SETTLED * 1.5)
    value = fingerprint(project)
    assert value is not None
    return value


def same_size_and_time(file: Path) -> None:
    before = file.stat()
    file.write_bytes(file.read_bytes().swapcase())
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


SEEN: dict[str, Callable[[Path], object]] = {
    "an edit": lambda project: (project / "main.go").write_text("package main\n\nfunc main() { println(1) }\n"),
    "an edit of the same size, its time set back": lambda project: same_size_and_time(project / "main.go"),
    "a new file": lambda project: (project / "more.go").write_text("package main\n"),
    "a new embedded file": lambda project: (project / "static/more.html").write_text(""),
    "a file less": lambda project: (project / "static/page.html").unlink(),
    "another name": lambda project: (project / "main.go").rename(project / "other.go"),
    "another mode": lambda project: (project / "main.go").chmod(0o600),
    "go.sum": lambda project: (project / "go.sum").write_text(""),
    "vendor": lambda project: (project / "vendor").mkdir(),
    "the replaced module": lambda project: (project.parent / "lib/lib.go").write_text("package lib\n\nvar A = 1\n"),
    "a workspace around it": lambda project: (project.parent / "go.work").write_text("go 1.21\n\nuse ./app\n"),
}


@pytest.mark.parametrize("change", SEEN.values(), ids=SEEN)
def test_what_go_could_see_counts(project: Path, change: Callable[[Path], object]) -> None:
    before = settled(project)
    assert settled(project) == before
    change(project)
    assert settled(project) != before


def test_a_symlinks_target_counts(project: Path) -> None:
    outside = project.parent / "outside.go"
    outside.write_text("package main\n")
    (project / "link.go").symlink_to(outside)
    before = settled(project)
    outside.write_text("package main // changed\n")
    assert settled(project) != before


def test_the_environment_counts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = settled(project)
    monkeypatch.setenv("GOFLAGS", "-tags=other")
    assert settled(project) != before


def test_another_toolchain_counts(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before = settled(project)
    other = tmp_path / "go/bin/go"
    other.parent.mkdir(parents=True)
    other.write_text("#!/bin/sh\n")
    monkeypatch.setattr(source.command, "find", lambda name: str(other) if name == "go" else None)
    assert settled(project) != before


def test_what_the_machine_gives_counts(project: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bundle, zone = tmp_path / "bundle.crt", tmp_path / "zoneinfo/Europe/Berlin"
    zone.parent.mkdir(parents=True)
    for file in (bundle, zone):
        file.write_text("a")
    monkeypatch.setattr(source, "CA_BUNDLES", (bundle,))
    monkeypatch.setattr(source, "ZONE_TREES", (tmp_path / "zoneinfo", tmp_path / "none"))
    seen = [settled(project)]
    for file in (bundle, zone):
        file.write_text("b")
        seen.append(settled(project))
    assert len(set(seen)) == 3


def test_a_name_that_is_not_utf_8_counts(project: Path) -> None:
    before = settled(project)
    (project / os.fsdecode(b"caf\xe9")).touch()
    assert settled(project) != before


def test_commits_do_not_count(project: Path) -> None:
    before = settled(project)
    (project / ".git/HEAD").write_text("ref: refs/heads/other\n")
    assert settled(project) == before


def test_a_file_that_was_just_written_is_a_doubt(project: Path) -> None:
    """Looked at within 50 ms, which a busy machine does not always grant."""

    def just_written() -> str | None:
        (project / "main.go").write_text("package main\n")
        return fingerprint(project)

    assert any(just_written() is None for _ in range(50))


def test_too_many_files_are_a_doubt(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settled(project)
    monkeypatch.setattr(source, "MOST_FILES", 3)
    assert fingerprint(project) is None


def test_all_forms_of_local_modules_are_found(project: Path) -> None:
    lines = ("example.com/a v1.2.3 => ../a // why", 'example.com/b => "../b"', "example.com/c => example.com/d v1.0.0")
    (project / "go.mod").write_text("module example.com/app\n\nreplace (\n\t" + "\n\t".join(lines) + "\n)\n")
    (project.parent / "go.work").write_text("go 1.21\n\nuse (\n\t./app\n\t./tools\n)\n")
    found = {folder.name for folder in roots(project)}
    assert found == {"app", "a", "b", "tools"}


def a_plan(name: str = "hello") -> BuildPlan:
    compiled = CompilePlan(Path("/p"), ".", AMD64, (), ("-s",), trimpath=True, rebuild_all=False, installsuffix="")
    return BuildPlan(name, compiled, RootfsPlan("/hello", "auto"), ImagePlan(AMD64, "/hello", 65532))


IMAGE = Image(Path("/layout"), "sha256:1", AMD64, (ImageFile("/hello", 5, "the program"),), 5, 3)


def test_memory_gives_back_what_it_was_given(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.json", "f1")
    memory.keep({"amd64": (".",)}, a_plan(), IMAGE)
    assert (memory.image(a_plan()), memory.packages()) == (IMAGE, {"amd64": (".",)})
    assert memory.image(a_plan("other")) is None


def test_memory_of_other_sources_is_no_memory(tmp_path: Path) -> None:
    Memory(tmp_path / "memory.json", "f1").keep({"amd64": (".",)}, a_plan(), IMAGE)
    for other in (Memory(tmp_path / "memory.json", "f2"), Memory(tmp_path / "memory.json", None)):
        assert (other.image(a_plan()), other.packages()) == (None, {})


def test_a_damaged_memory_is_no_memory(tmp_path: Path) -> None:
    (tmp_path / "memory.json").write_text("{")
    assert Memory(tmp_path / "memory.json", "f1").packages() == {}
