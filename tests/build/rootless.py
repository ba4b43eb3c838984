"""`slimdeploy` with strategy builder as typed by an ordinary user, in folders of that user's."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.build import programs
from tests.e2e.test_killed import descendants_in
from tests.tools import somebody

MODULES = (
    "slimdeploy", "annotated_types", "click", "elftools", "markdown_it", "mdurl",
    "pydantic", "pydantic_core", "pygments", "rich", "sh", "tomlkit", "typing_extensions", "typing_inspection", "yaml",
)  # fmt: skip
PROGRAM = """package main

// #include <stdlib.h>
// static int twice(int x) { return 2 * abs(x); }
import "C"

func main() { println(C.twice(-21)) }
"""


@dataclass(frozen=True)
class User:
    """A project of nobody's, below `room`; `around` are the words that make a process nobody's."""

    room: Path
    around: tuple[str, ...]

    @property
    def project(self) -> Path:
        return self.room / "project"

    @property
    def cache(self) -> Path:
        return self.room / "cache/slimdeploy"

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        code = self.room.parent
        variables = {"HOME": str(self.room), "XDG_CACHE_HOME": str(self.room / "cache"), "PATH": os.environ["PATH"]}
        return subprocess.Popen(
            [*self.around, somebody.interpreter(somebody.NOBODY), "-m", "slimdeploy", *arguments],
            env=variables | {"PYTHONPATH": str(code), "PYTHONDONTWRITEBYTECODE": "1", "NO_COLOR": "1"},
            cwd=self.project,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def slimdeploy(self, *arguments: str, code: int = 0) -> tuple[str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=300)
        assert process.returncode == code, err
        return out, err

    def left(self) -> list[str]:
        """Processes and mounts that have to do with this user's folders."""
        mounts = [each for each in Path("/proc/mounts").read_text().splitlines() if str(self.room) in each]
        return descendants_in(self.room) + mounts

    def own(self) -> None:
        """All that was written into the room by root becomes nobody's."""
        subprocess.run(["chown", "-R", "nobody:nogroup", self.room], check=True)


@contextmanager
def user(image: str, *, ids: bool = True, layered: bool = False, cgo: str = "off") -> Iterator[User]:
    """With or without further ids; `layered`: the cache is on overlay itself, so buildah cannot put one on top."""
    with somebody.importable(*MODULES) as code:
        room = code / "room"
        project = programs.write("plain", room / "project")
        if cgo == "static":
            (project / "main.go").write_text(PROGRAM)
        build = f'strategy = "builder"\nbuilder_image = "{image}"\n'
        (project / "slim.toml").write_text(f'static.cgo = "{cgo}"\n[build]\n{build}')
        for each in ("cache", "lower", "upper", "work"):
            (room / each).mkdir()
        made = User(room, somebody.with_ids(room, *_mounts(room, layered=layered)) if ids else somebody.NOBODY)
        made.own()
        yield made
        shutil.rmtree(room, ignore_errors=True)


def _mounts(room: Path, *, layered: bool) -> tuple[str, ...]:
    """/run/containers as it is where root has used podman: nobody else may look into it."""
    Path("/run/containers").mkdir(mode=0o700, exist_ok=True)
    roots = "-t tmpfs -o mode=0700 tmpfs /run/containers"
    places = f"lowerdir={room}/lower,upperdir={room}/upper,workdir={room}/work"
    return (roots, f"-t overlay overlay -o {places} {room}/cache") if layered else (roots,)
