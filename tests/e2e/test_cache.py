"""`slimdeploy cache`, as typed."""

from __future__ import annotations

import shutil

from tests.e2e.conftest import Project, go_mod


def test_show_and_prune(project: Project) -> None:
    project.write(go__mod=go_mod("small"), main__go="package main\n\nfunc main() {}\n")
    digest = project.slimdeploy("build").stdout
    (kept,) = project.slimdeploy("cache", "show", "-o", "json").json["projects"]
    assert (kept["project"], kept["images"], kept["binaries"], kept["gone"]) == (str(project.folder), 1, 1, False)
    shown = project.slimdeploy("cache", "show").stdout.splitlines()
    assert shown[0].endswith(str(project.folder))
    assert "1 image" in shown[0]
    assert " ago" in shown[0]
    assert shown[-1].endswith(f"in {project.environment['XDG_CACHE_HOME']}/slimdeploy")
    assert project.slimdeploy("cache", "prune").stderr == "removed 0.0 MB of 0 projects\n"
    assert "would remove" in project.slimdeploy("cache", "prune", "--all", "--dry-run").stderr
    done = project.slimdeploy("cache", "prune", "--older-than", "0s", "-o", "json")
    assert done.json["removed"][0]["project"] == str(project.folder)
    assert done.json["freed"] > 1e6
    assert project.slimdeploy("build").stdout == digest
    refused = project.slimdeploy("cache", "prune", "--older-than", "30")
    assert refused.code == 64
    assert 'expected a number and a unit, such as "30d"' in refused.stderr


def test_of_a_project_that_is_gone(project: Project, tmp_path) -> None:
    project.write(go__mod=go_mod("small"), main__go="package main\n\nfunc main() {}\n")
    assert project.slimdeploy("build").code == 0
    shutil.move(project.folder, tmp_path / "moved")
    project.folder.mkdir()
    project.folder.rmdir()
    other = Project(tmp_path / "moved", project.environment)
    assert "(gone)" in other.slimdeploy("cache", "show").stdout
    assert [each["gone"] for each in other.slimdeploy("cache", "prune", "-o", "json").json["removed"]] == [True]
