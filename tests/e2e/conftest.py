"""The command as typed: a project folder, and `slimdeploy` run in it as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.cluster.cluster import Cluster
from tests.cluster.ports import free_ports
from tests.waiting import settle


@dataclass(frozen=True)
class Result:
    """What one run printed, and its exit code."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        return json.loads(self.stdout)

    def __str__(self) -> str:
        return f"exit code {self.code}\n{self.stdout}\n{self.stderr}"


@dataclass
class Project:
    """A Go module in a folder, with its own cache of slimdeploy's (go's cache is everybody's)."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, **files: str) -> Project:
        """Files by name; __ stands for a dot, so slim__toml is slim.toml."""
        for name, text in files.items():
            path = self.folder / name.replace("__", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return self

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        settle(self.folder)
        return subprocess.Popen(
            [sys.executable, "-m", "slimdeploy", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            **options,
        )

    def slimdeploy(self, *arguments: str) -> Result:
        process = self.start(*arguments)
        stdout, stderr = process.communicate(timeout=300)
        return Result(process.returncode, stdout, stderr)

    def up(self, *arguments: str) -> Result:
        """An `up` that has to end well."""
        result = self.slimdeploy("up", *arguments)
        assert result.code == 0, result
        return result


HELLO = """package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/api/", func(answer http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(answer, "Hello From Go!", os.Getenv("GREETING"))
	})
	fmt.Println("listening")
	panic(http.ListenAndServe(":"+os.Getenv("PORT"), nil))
}
"""
CRASHES = """package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Println("fatal: DB_URL is not set")
	os.Exit(3)
}
"""


def go_mod(name: str) -> str:
    return f"module example.com/{name}\n\ngo 1.21\n"


def for_cluster(cluster: Cluster, namespace: str, name: str = "hello", more: str = "") -> str:
    """A slim.toml for the test cluster; each namespace has its own image name, since nodes remember images by id."""
    return f"""[app]
name = "{name}"
health = "/api/"
[image]
repository = "{cluster.registry}/{namespace}/{name}"
[cluster]
context = "{cluster.context}"
namespace = "{namespace}"
{more}
"""


def new_project(folder: Path) -> Project:
    """An empty project that finds go's own cache, and neither cache nor state of anybody else's slimdeploy."""
    gocache = subprocess.run(["go", "env", "GOCACHE"], capture_output=True, text=True, check=True).stdout.strip()
    own = {"XDG_CACHE_HOME": str(folder / "cache"), "XDG_STATE_HOME": str(folder / "state")}
    environment = own | {"GOCACHE": gocache, "NO_COLOR": "1"}
    (folder / "project").mkdir()
    return Project(folder / "project", environment)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project of the test's own."""
    return new_project(tmp_path)


@pytest.fixture
def hello(project: Project) -> Project:
    """The article's program, with a greeting."""
    return project.write(go__mod=go_mod("hello"), main__go=HELLO)


@pytest.fixture
def deployed(hello: Project, cluster: Cluster, namespace: str) -> Project:
    """hello, ready to be brought up in the test cluster."""
    hello.environment["KUBECONFIG"] = str(cluster.kubeconfig)
    return hello.write(slim__toml=for_cluster(cluster, namespace))


@pytest.fixture
def port() -> int:
    """A free port."""
    return free_ports(1)[0]


@pytest.fixture
def local_name() -> str:
    """An app name that no other test uses on this machine."""
    return f"t-{uuid.uuid4().hex[:8]}"
