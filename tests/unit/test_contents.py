"""Files and secrets that slim.toml refers to: what is read, what is refused, and that no value is ever said."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from slimdeploy.config.app import App
from slimdeploy.config.placing import Source
from slimdeploy.facts.contents import Reading, read_contents

VALUE = "hunter2"


def reading(folder: Path, **app: Any) -> Reading:
    return read_contents(folder, App.model_validate(app))


def test_files_and_values(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "c.yaml").write_bytes(b"\xff\x00")
    (tmp_path / "key").write_text(f"{VALUE}\n")
    (tmp_path / "key").chmod(0o600)
    monkeypatch.setenv("DB", VALUE)
    secrets = {"B": {"from_env": "DB"}, "A": {"from_file": "key", "trim": True}, "C": {"existing": "x/y"}}
    found = reading(tmp_path, secrets=secrets, config=[{"from": "c.yaml", "to": "/etc/c.yaml"}])
    assert (found.wrong, found.cautions) == ([], [])
    assert [(each.name, each.value) for each in found.contents.secrets] == [("A", VALUE), ("B", VALUE)]
    assert [(each.key, each.content) for each in found.contents.config] == [("c.yaml", b"\xff\x00")]
    assert VALUE not in repr(found)


def test_files_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    found = reading(tmp_path, config=[{"from": "a", "to": "/x/c"}, {"from": "a", "to": "/y/c"}])
    assert [each.key for each in found.contents.config] == ["c", "c-2"]


def test_a_line_break_and_open_modes_are_said(tmp_path: Path) -> None:  # 35
    (tmp_path / "key").write_text(f"{VALUE}\n")
    (tmp_path / "key").chmod(0o644)
    found = reading(tmp_path, secrets={"A": {"from_file": "key"}})
    assert found.contents.secrets[0].value == f"{VALUE}\n"
    assert ["everybody" in found.cautions[0][1], "trim = true" in found.cautions[1][1]] == [True, True]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ({"from_env": "MISSING"}, "environment variable MISSING is not set"),  # 29
        ({"from_env": "EMPTY"}, "the value is empty"),
        ({"from_env": "LONG"}, "131,073 bytes, at most 131,072"),  # 31
        ({"from_file": "none"}, "none cannot be read: No such file or directory"),
        ({"from_file": "folder"}, "is a folder"),
        ({"from_file": "link"}, "is a symbolic link to /etc/passwd"),
        ({"from_file": "linked/hostname"}, "cannot be read"),
        ({"from_file": "pipe"}, "cannot be read"),
        ({"from_file": "binary"}, "the value is no text"),
    ],
)
def test_values_that_cannot_be_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: dict[str, Any], why: str
) -> None:
    monkeypatch.setenv("EMPTY", "")
    monkeypatch.setenv("LONG", "x" * 131_073)
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("/etc/passwd")
    (tmp_path / "linked").symlink_to("/etc")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "binary").write_bytes(b"\xff")
    ((path, said, _),) = reading(tmp_path, secrets={"A": source}).wrong
    assert path == ("app", "secrets", "A")
    assert why in said


def test_an_empty_value_can_be_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPTY", "")
    assert reading(tmp_path, secrets={"A": {"from_env": "EMPTY", "allow_empty": True}}).wrong == []


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        (".env", b"", "looks like a secret"),
        ("x.pem", b"", "looks like a secret"),
        ("x.yaml", b"-----BEGIN RSA PRIVATE KEY-----", "looks like a secret"),
        ("large", b"x" * (1 << 20) + b"x", "larger than 1 MiB"),
    ],
)
def test_files_that_must_not_be_there(tmp_path: Path, name: str, content: bytes, why: str) -> None:
    (tmp_path / name).write_bytes(content)
    (found,) = reading(tmp_path, config=[{"from": name, "to": "/x"}]).wrong
    assert found[:2] == (("app", "config", 0, "from"), why)
    if why == "looks like a secret":
        assert reading(tmp_path, config=[{"from": name, "to": "/x", "allow": True}]).wrong == []


def test_all_files_together_fit_one_config_map(tmp_path: Path) -> None:
    (tmp_path / "half").write_bytes(b"x" * 600_000)
    files = [{"from": "half", "to": f"/{number}"} for number in range(2)]
    ((path, said, _),) = reading(tmp_path, config=files).wrong
    assert (path, said) == (("app", "config"), "1,200,000 bytes in all, at most 1,048,576")


def test_what_is_wrong_is_said_at_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("slim.toml").write_text('[app]\nname = "x"\n[profiles.p]\napp.secrets.A = { from_env = "MISSING" }\n')
    found = reading(tmp_path, secrets={"A": {"from_env": "MISSING"}})
    (problem,) = Source(Path("slim.toml"), "p").refusal(found.wrong).problems
    assert (problem.line, problem.column) == (4, 13)
    assert problem.message == "profiles.p.app.secrets.A: environment variable MISSING is not set"
