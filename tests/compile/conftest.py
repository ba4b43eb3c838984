"""A Go project in a folder of its own, compiled in this process as far as the linkage gate, with the real go."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from slimdeploy.artifacts.build import StaticBinary
from slimdeploy.building import make_static
from slimdeploy.config.placing import Source
from slimdeploy.config.reader import default_config, load
from slimdeploy.config.source import find
from slimdeploy.errors import SlimdeployError
from slimdeploy.events import Event, ToolOutput, Warned
from slimdeploy.plan.deploy import Overrides
from slimdeploy.workbench import Request, bench

PROJECTS = Path(__file__).parent / "projects"
MAIN = "package main\n\nfunc main() {}\n"


@dataclass
class Project:
    """What is in the folder, and what was reported while it was compiled."""

    folder: Path
    events: list[Event] = field(default_factory=list)

    def write(self, files: dict[str, str]) -> Project:
        """Files by their path."""
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self

    def module(self, more: str = "", path: str = "example.com/team/app") -> Project:
        """A go.mod with these further lines."""
        return self.write({"go.mod": f"module {path}\n\ngo 1.21\n{more}"})

    def compile(self, folder: str = ".") -> StaticBinary:
        """Source -> static binary, as `slimdeploy build -C folder` does it."""
        project = (self.folder / folder).resolve()
        file = find(project)
        source = Source(file) if file else None
        request = Request(project, load(file) if file else default_config(), Overrides(), source=source)
        with bench(request, self.events.append) as here:
            return make_static(here)

    def refusal(self, folder: str = ".") -> SlimdeployError:
        """Why it is not compiled."""
        with pytest.raises(SlimdeployError) as refused:
            self.compile(folder)
        return refused.value

    def says(self) -> str:
        """What it prints when it runs."""
        return subprocess.run([self.compile().path], capture_output=True, text=True, check=True).stdout.strip()

    @property
    def warnings(self) -> list[str]:
        return [event.text for event in self.events if isinstance(event, Warned)]

    @property
    def lines(self) -> str:
        """What go printed."""
        return "\n".join(event.line for event in self.events if isinstance(event, ToolOutput))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project; go's caches are everybody's, slimdeploy's is its own."""
    caches = subprocess.run(["go", "env", "GOCACHE", "GOMODCACHE"], capture_output=True, text=True, check=True).stdout
    for name, value in zip(("GOCACHE", "GOMODCACHE"), caches.splitlines(), strict=True):
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("GOFLAGS", raising=False)
    folder = tmp_path / "project"
    folder.mkdir()
    return Project(folder)


def kept(project: Project, name: str) -> Project:
    """A copy of one of the programs in tests/build/projects."""
    shutil.copytree(PROJECTS / name, project.folder, dirs_exist_ok=True)
    return project
