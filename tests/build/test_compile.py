"""Programs that do not compile: go's own lines, and who needs C."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from slimdeploy.errors import CompileFailed, LinkageRefused, SlimdeployError
from tests.build import programs
from tests.build.conftest import Workshop, binary_of
from tests.unit.samples import config

Write = Callable[[str], Path]


def failure(workshop: Workshop, project: Path, **tables: dict[str, object]) -> SlimdeployError:
    with pytest.raises(SlimdeployError) as failed:
        workshop.build(project, config(**tables))
    return failed.value


def test_go_says_where(workshop: Workshop, project: Write) -> None:
    error = failure(workshop, project("broken"))
    assert (error.code, error.what) == (80, "go build example.com/team/broken failed")
    assert any(line.startswith("./main.go:4:9: too many return values") for line in error.details)
    assert error.hint == ""


@pytest.mark.parametrize(
    ("words", "chain"),
    [
        ("build constraints exclude all Go files", ("excluded", "excluded/store", "excluded/native")),
        ("undefined: One", ("undefined", "undefined/native")),
    ],
)
def test_the_package_that_needs_c_is_named(
    words: str, chain: tuple[str, ...], shared: Workshop, tmp_path: Path
) -> None:
    error = failure(shared, programs.write(chain[0], tmp_path))
    way = [f"example.com/team/{package}" for package in chain]
    assert error.code == 80
    assert any(words in line for line in error.details)
    assert f"{way[-1]} needs C" in error.what
    assert any(" -> ".join(way) in line for line in error.details)


def test_a_program_that_is_c_itself(workshop: Workshop, project: Write) -> None:
    error = failure(workshop, project("cmain"))
    assert error.code == 80
    assert "example.com/team/cmain needs C" in error.what


def test_a_library(workshop: Workshop, project: Write) -> None:
    assert "no main package" in failure(workshop, project("library")).what
    error = failure(workshop, project("library"), build={"main": "."})
    assert isinstance(error, LinkageRefused)
    assert "not a main package" in error.what


def test_a_newer_go_is_not_downloaded(workshop: Workshop, project: Write) -> None:
    folder = project("plain")
    (folder / "go.mod").write_text("module example.com/plain\n\ngo 1.99\n")
    error = failure(workshop, folder, build={"main": "."})
    assert error.code == 80
    assert "or newer" in error.hint


def test_many_errors_are_cut(workshop: Workshop, project: Write) -> None:
    folder = project("plain")
    body = "\n".join(f'import "example.com/absent{number}"' for number in range(60))
    (folder / "main.go").write_text(f"package main\n\n{body}\n\nfunc main() {{}}\n")
    error = failure(workshop, folder)
    assert isinstance(error, CompileFailed)
    assert len(error.details) == 21
    assert "more lines" in error.details[-1]


def test_a_folder_that_is_not_there(workshop: Workshop, project: Write) -> None:
    error = failure(workshop, project("plain"), build={"main": "./cmd/absent"})
    assert error.code == 80
    assert any("absent" in line for line in error.details)


def test_tags_and_linker_flags_reach_go(workshop: Workshop, project: Write) -> None:
    folder = project("plain")
    (folder / "main.go").write_text("package main\n\nvar text string\n\nfunc main() { println(text, tagged) }\n")
    (folder / "tagged.go").write_text("//go:build special\n\npackage main\n\nconst tagged = true\n")
    assert "undefined: tagged" in "\n".join(failure(workshop, folder).details)
    built = workshop.build(
        folder, config(build={"tags": ["special"]}, static={"ldflags": ["-s", "-w", "-X main.text=two words"]})
    )
    assert b"two words" in binary_of(built.image).read_bytes()
