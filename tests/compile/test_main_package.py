"""Which main package is meant: behind a link, for another architecture, behind a tag."""

from __future__ import annotations

import pytest

from slimdeploy.errors import ConfigError
from tests.compile.conftest import MAIN, Project


@pytest.mark.parametrize(("target", "instead"), [("../further", "of this project"), (".", '"."'), ("real", '"./real"')])
def test_a_main_package_behind_a_symbolic_link(project: Project, target: str, instead: str) -> None:
    project.module().write({"main.go": MAIN, "real/main.go": MAIN, "../further/main.go": MAIN})
    (project.folder / "cmd").symlink_to(target)
    project.write({"slim.toml": 'build.main = "./cmd"\n'})
    refused = project.refusal()
    assert isinstance(refused, ConfigError)
    (problem,) = refused.problems
    assert (problem.line, problem.path) == (1, "build.main")
    assert f"./cmd is a symbolic link to {target}" in problem.message
    assert instead in problem.hint
    assert project.lines == ""


def test_programs_for_a_tag_or_another_architecture_are_found(project: Project) -> None:
    project.module().write({"cmd/a/main.go": f"//go:build special\n\n{MAIN}", "cmd/b/b_arm64.go": MAIN})
    project.write({"slim.toml": 'build.tags = ["special"]\nbuild.platforms = ["linux/amd64"]\n'})
    assert project.compile().path.is_file()
    project.write({"slim.toml": 'build.platforms = ["linux/arm64"]\n'})
    assert project.compile().platform.architecture == "arm64"
