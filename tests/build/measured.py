"""Measures projects in this process, as `slimdeploy size` does."""

from __future__ import annotations

from pathlib import Path

import pytest

from slimdeploy.artifacts.release import Order
from slimdeploy.artifacts.sizes import ProgramSize
from slimdeploy.config.model import Config
from slimdeploy.measuring import Measured, size
from slimdeploy.plan.deploy import Overrides
from slimdeploy.workbench import Request
from tests.build.conftest import Workshop, variables

SMALL = 'package main\n\nfunc main() { println("x") }\n'
LARGER = 'package main\n\nimport "encoding/json"\n\nfunc main() { json.Marshal(1) }\n'


def module(name: str) -> dict[str, str]:
    """A program of one file that imports nothing."""
    return {"go.mod": f"module example.com/{name}\n\ngo 1.21\n", "main.go": SMALL}


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def measured(project: Path, workshop: Workshop, against: str = "", config: Config | None = None) -> Measured:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in variables(workshop.cache).items():
            environment.setenv(name, value)
        request = Request(project, config or Config(), Overrides(), Order(lock_wait=60))
        return size(request, lambda _: None, against)


def total(program: ProgramSize) -> int:
    return sum(each.size for each in program.packages) + sum(each.size for each in program.rest)
