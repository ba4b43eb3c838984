"""50 kills at random moments of `push`: of slimdeploy itself, or of a program that it started. Then it converges.

The moments are spread over the time that an undisturbed run takes. SEED=7 chooses others.
"""

from __future__ import annotations

import json
import math
import os
import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.registry import Registry
from tests.e2e.conftest import Project, Result, go_mod
from tests.e2e.test_killed import descendants_in
from tests.waiting import PATIENCE, comes_true

KILLS, LANES, IN_A_ROW = 50, 2, 5
SEED = int(os.environ.get("SEED", "1"))
SHORTENING = {"answers", "containers", "heads.json", "settings"}
MAIN = 'package main\n\nfunc main() { println("%d") }\n'


@dataclass
class Lane:
    """A project with a cache and temporary folders of its own. Its program is one of two, in turn."""

    project: Project
    registry: Registry
    runs: int = 0
    usual: float = math.inf
    """Seconds that an undisturbed run takes, at best: later there is nothing to kill."""

    def renew(self) -> None:
        """Everything is to be done again: other sources, an empty repository, nothing kept but go's own and, each other
        time, what shortens a build.
        """
        self.runs += 1
        repository = f"{self.registry.address}/{self.project.folder.parent.name}/r{self.runs}"
        self.project.write(
            main__go=MAIN % (self.runs % 2), slim__toml=f'[image]\nrepository = "{repository}"\nca = "system"\n'
        )
        gone = {"images", "layers", "memory.json"} | (SHORTENING if self.runs % 4 < 2 else set())
        for kept in (self.cache / "projects").glob("*/*"):
            if kept.name in gone:
                shutil.rmtree(kept, ignore_errors=True) if kept.is_dir() else kept.unlink()

    @property
    def cache(self) -> Path:
        return Path(self.project.environment["XDG_CACHE_HOME"]) / "slimdeploy"

    def push(self) -> str:
        """The digest that an undisturbed run pushes."""
        started = time.monotonic()
        result = self.project.slimdeploy("push", "-o", "json")
        assert result.code == 0, result
        self.usual = min(self.usual, time.monotonic() - started)
        return str(result.json["digest"])

    def settle(self) -> None:
        """Soon nothing of a killed run is alive or mounted; the next run will remove its folder."""
        mark = self.project.folder.parent
        comes_true(lambda: not descendants_in(mark))
        assert descendants_in(mark) == []
        assert str(mark) not in Path("/proc/mounts").read_text()


def family(pid: int) -> Iterator[int]:
    """Everything that a process has started, down to the leaves."""
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield int(child)
                yield from family(int(child))


def kill_one(lane: Lane, seconds: float, chance: random.Random) -> str:
    """Start a push, and kill it, or something that it started, after so many seconds; what was killed."""
    process = lane.project.start("push", start_new_session=True)
    time.sleep(seconds)
    wants_whole = chance.random() < 0.5
    while not (children := list(family(process.pid))) and not wants_whole and process.poll() is None:
        time.sleep(0.005)  # until it starts something
    whole = wants_whole or not children
    victim = process.pid if whole else chance.choice(children)
    with suppress(OSError):
        os.kill(victim, signal.SIGKILL)
    if whole:
        process.communicate()
        return "slimdeploy"
    out, err = process.communicate(timeout=2 * PATIENCE)
    result = Result(process.returncode, out, err)
    assert result.code in {0, 69, 80, 82, 83}, result
    assert "Traceback" not in err
    return "a child"


def run(lane: Lane, count: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    digests = {}
    for _ in range(2):
        lane.renew()
        digests[lane.runs % 2] = lane.push()
    killed = []
    for number in range(count):
        lane.renew()
        try:
            killed.append(kill_one(lane, chance.uniform(0, lane.usual), chance))
            lane.settle()
            if number % IN_A_ROW == IN_A_ROW - 1:
                assert lane.push() == digests[lane.runs % 2]
        except (AssertionError, subprocess.TimeoutExpired) as error:
            raise AssertionError(f"SEED={SEED}, kill {number} of lane {seed}: {error}") from error
    assert lane.push() == digests[lane.runs % 2]
    return killed


@pytest.fixture
def lanes(tmp_path: Path, registry: Registry) -> list[Lane]:
    done = subprocess.run(["go", "env", "GOCACHE"], capture_output=True, text=True, check=True)
    found = []
    for number in range(LANES):
        folder = tmp_path / f"lane{number}"
        (folder / "project").mkdir(parents=True)
        (folder / "temporary").mkdir()
        environment = {"XDG_CACHE_HOME": str(folder / "cache"), "GOCACHE": done.stdout.strip(), "NO_COLOR": "1"}
        project = Project(folder / "project", environment | {"TMPDIR": str(folder / "temporary")})
        found.append(Lane(project.write(go__mod=go_mod("app")), registry))
    return found


def test_fifty_kills(lanes: list[Lane]) -> None:
    with ThreadPoolExecutor(LANES) as pool:
        running = [pool.submit(run, lane, KILLS // LANES, SEED * LANES + at) for at, lane in enumerate(lanes)]
        killed = [each for lane in running for each in lane.result()]
    assert len(killed) == KILLS
    assert killed.count("slimdeploy") >= KILLS // 4
    assert killed.count("a child") >= KILLS // 8
    for lane in lanes:
        assert [each.name for each in (lane.cache / "work").iterdir() if each.is_dir()] == []
        assert list((lane.project.folder.parent / "temporary").iterdir()) == []
        (kept,) = (lane.cache / "projects").iterdir()
        known = {"binaries", "images", "layers", "lock", "memory.json", "project"}
        assert {each.name for each in kept.iterdir()} == known | SHORTENING
        assert len(json.loads((kept / "memory.json").read_text())["images"]) == 1
