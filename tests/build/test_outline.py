"""As long as the outline is the same, so is what `go list` says: after whatever edits, and in whatever text."""

from __future__ import annotations

import os
import random
import subprocess
import time
from pathlib import Path

import pytest

from slimdeploy.facts.outline import Outline, head, outline
from slimdeploy.facts.source import SETTLED, look
from tests.build.conftest import go_cache
from tests.build.edits import EDITS, World, create

EXAMPLES = int(os.environ.get("EXAMPLES", "0"))
FIELDS = "-json=ImportPath,Imports,Standard,CgoFiles,Name,Dir,DepOnly,Incomplete"
STARTS = {
    "plain": b'package main\n\nimport "fmt"\n\n',
    "no import": b"package main\n\n",
    "several": b'package main\n\nimport (\n\t"fmt"\n\tfunction "os" // var x\n)\nimport `io`\n',
    "a comment with code in it": b'package main\n\n/*\nfunc old() {}\n*/\nimport "fmt"\n\n',
    "C in a comment": b'package main\n\n/*\ntypedef int x;\nvar y;\ntype z\n*/\nimport "C"\n\n',
    "a keyword in a path": b'package main\n\nimport "example.com/type func/var"\n',
    "all in one line": b'package main; import "fmt"; import "os"; ',
    "windows": b'package main\r\n\r\nimport "fmt"\r\n\r\n',
    "constraints": b'//go:build linux && !cgo\n\n// Package main has a func.\npackage main\n\nimport "fmt"\n',
}


@pytest.mark.parametrize("start", STARTS.values(), ids=STARTS.keys())
def test_a_head_is_everything_above_the_first_declaration(start: bytes, tmp_path: Path) -> None:
    file = tmp_path / "main.go"
    heads = set()
    for body in (b"func main() {}\n", b"var x = 1\n\nfunc main() {}\n", b"type t int\n", b"const c = 2 // import\n"):
        file.write_bytes(start + body)
        heads.add(head(file))
    assert len(heads) == 1
    for place in range(len(start)):
        if start[place : place + 1].isalpha():
            file.write_bytes(start[:place] + b"Q" + start[place + 1 :] + b"func main() {}\n")
            heads.add(head(file))
    assert len(heads) == 1 + sum(bytes([each]).isalpha() for each in start), "each letter of it counts"


def listed(world: World) -> str:
    done = subprocess.run(
        ["go", "list", "-deps", "-e", FIELDS, "-tags=", "--", "."],
        cwd=world.project,
        env=os.environ | world.exported | {"CGO_ENABLED": "1", "GOCACHE": go_cache(), "GOTOOLCHAIN": "local"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout if done.returncode == 0 else "it fails"


def outline_of(world: World, before: Outline | None) -> Outline:
    with pytest.MonkeyPatch.context() as environment:
        for variable, value in world.exported.items():
            environment.setenv(variable, value)
        sources = look(world.project)
    assert sources is not None
    return outline(sources, before.heads if before else {})


IMPORTS = (
    ("app/inner/inner.go", "package inner\n", 'package inner\n\nimport _ "strings"\n'),
    ("app/word.go", "package main\n", 'package main\n\n/*\nfunc x\n*/\nimport _ "errors"\n'),
    ("app/word.go", "!special", "special"),
    ("lib/lib.go", "package lib\n", 'package lib\n\nimport _ "os"\n'),
)


def test_the_same_outline_is_the_same_list(tmp_path: Path) -> None:
    """Edits as people, editors and git make them, and imports that come and go."""
    choice, world = random.Random(time.time() if EXAMPLES else 1), create(tmp_path / "world")
    before: Outline | None = None
    answers: dict[str, str] = {}
    again = 0
    for _ in range(EXAMPLES or 40):
        if choice.random() < 0.3:
            world.swap(*choice.choice(IMPORTS))
        else:
            EDITS[choice.choice(sorted(EDITS))](world, choice.randrange(80))
        time.sleep(1.5 * SETTLED)
        before, answer = outline_of(world, before), listed(world)
        again += before.value in answers
        assert answers.setdefault(before.value, answer) == answer
    assert again > 3, "edits below the imports leave the outline as it is"
    assert len(set(answers.values())) > 3
