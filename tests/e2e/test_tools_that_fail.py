"""go and buildah that are missing, too old, or something else by that name: said as such, and with 72 or 82."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Project


def test_a_missing_tool_is_named(hello: Project, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for tool in ("go", "git", "setpriv", "unshare"):
        (tools / tool).symlink_to(str(shutil.which(tool)))
    hello.environment["PATH"] = str(tools)
    result = hello.slimdeploy("build")
    assert result.code == 72, result
    assert "buildah is not installed" in result.stderr


@pytest.mark.parametrize("answer", ["'wrapped go'", "'[1]'", "'{}'"])
def test_a_go_that_is_not_go_is_named(hello: Project, tmp_path: Path, answer: str) -> None:
    hello.write(slim__toml='build.main = "."\n' if answer == "'{}'" else "")
    wrapper = tmp_path / "bin/go"
    wrapper.parent.mkdir()
    wrapper.write_text(f'#!/bin/sh\necho {answer}\nexec {shutil.which("go")} "$@"\n')
    wrapper.chmod(0o755)
    hello.environment["PATH"] = f"{wrapper.parent}:{os.environ['PATH']}"
    result = hello.slimdeploy("build")
    assert (result.code, "`go list -json`, which is not what Go answers" in result.stderr) == (72, True), result


@pytest.mark.parametrize(
    ("answer", "code", "said"),
    [
        ("echo buildah version 1.19.0", 72, "buildah 1.19.0 is too old"),
        ('echo "Error: unknown flag: --name" >&2; exit 125', 72, "this buildah is too old"),
        ("echo buildah version 1.39.0; echo out of luck >&2; false", 82, "out of luck"),
    ],
)
def test_a_buildah_that_fails_is_explained(hello: Project, tmp_path: Path, answer: str, code: int, said: str) -> None:
    """Also what it does while go compiles."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/buildah").write_text(f"#!/bin/sh\n{answer}\n")
    (tmp_path / "bin/buildah").chmod(0o755)
    hello.environment["PATH"] = f"{tmp_path / 'bin'}:{os.environ['PATH']}"
    result = hello.slimdeploy("build")
    assert (result.code, said in result.stderr) == (code, True), result
    assert sorted(each.name for each in hello.folder.iterdir()) == ["go.mod", "main.go"]
