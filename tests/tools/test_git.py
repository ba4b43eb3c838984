"""The version of a source tree, where there is one."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from slimdeploy.tools.git import describe


def git(folder: Path, *arguments: str) -> str:
    settings = ["-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false"]
    command = ["git", "-C", str(folder), *settings, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "one")
    return tmp_path


def test_a_commit(repository: Path) -> None:
    assert describe(repository) == git(repository, "rev-parse", "--short", "HEAD")


def test_a_tag_and_what_is_not_committed(repository: Path) -> None:
    git(repository, "tag", "v1.2.3")
    assert describe(repository) == "v1.2.3"
    (repository / "file").write_text("two")
    assert describe(repository) == "v1.2.3-dirty"


def test_no_commit_yet(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    assert describe(tmp_path) is None


def test_no_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert describe(tmp_path) is None
    assert describe(tmp_path / "absent") is None
