"""Several at once: nobody disturbs anybody, and all get the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from slimdeploy.workbench import Built
from tests.build import programs
from tests.build.conftest import ASSEMBLE, binary_of, finish, start, variables

WAITS = """
import sys
from pathlib import Path
from slimdeploy.artifacts.release import Order
from slimdeploy.config.reader import default_config
from slimdeploy.pipeline import build
from slimdeploy.plan.deploy import Overrides
from slimdeploy.workbench import Request
request = Request(Path(sys.argv[1]), default_config(), Overrides(), Order(lock_wait=60))
print(build(request, lambda _: None).image.digest)
"""


def test_two_folders_and_two_caches(plain: Built, tmp_path: Path) -> None:
    """Two projects in one cache, and one project in two caches, all at the same time."""
    one, two = (programs.write("plain", tmp_path / name) for name in ("one", "two"))
    started = [start(one, tmp_path / "a"), start(one, tmp_path / "b"), start(two, tmp_path / "b")]
    assert {finish(process)["digest"] for process in started} == {plain.image.digest}


def test_four_builds_of_one_project_that_wait_for_each_other(plain: Built, tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path / "project")
    command = [sys.executable, "-c", WAITS, str(project)]
    environment = os.environ | variables(tmp_path / "cache")
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    digests = {process.communicate(timeout=120)[0].strip() for process in started}
    assert digests == {plain.image.digest}


def test_four_builds_of_one_project_that_do_not_wait(tmp_path: Path) -> None:
    project = programs.write("plain", tmp_path / "project")
    started = [start(project, tmp_path / "cache") for _ in range(4)]
    said = [process.communicate(timeout=120)[1] for process in started]
    codes = [process.returncode for process in started]
    assert 0 in codes
    for code, err in zip(codes, said, strict=True):
        assert code == 0 or (code == 75 and "another slimdeploy works on" in err)


def test_four_assemble_one_image_without_any_lock(plain: Built, tmp_path: Path) -> None:
    arguments = [str(binary_of(plain.image)), plain.image.platform.architecture, str(tmp_path / "images")]
    environment = os.environ | variables(tmp_path / "cache")
    command = [sys.executable, "-c", ASSEMBLE, *arguments]
    started = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    assert {process.communicate(timeout=120)[0].strip() for process in started} == {plain.image.digest}
    assert len(list((tmp_path / "images" / "images").iterdir())) == 1
