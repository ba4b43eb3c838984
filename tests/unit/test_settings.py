"""slim.toml as it was read before: the same settings as its rules give, and never those of another text."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from slimdeploy.config.reader import load
from slimdeploy.config.settings import Settings, changed, dump, parse
from slimdeploy.errors import ConfigError, UnreadableFile
from slimdeploy.state import settings as state
from slimdeploy.state.places import project_folder
from slimdeploy.state.settings import read

TEXT = """
app = { name = "hello", ports = [{ name = "http", port = 9000 }], env = { A = "1" }, health = "/healthz" }
image.user = 65532
[processes.worker]
args = ["worker"]
[[patch]]
kind = "Deployment"
ops = [{ op = "add", path = "/spec/a", value = [1, { tuple = [2.5, true] }, { mapping = {} }] }]
[profiles.staging]
image.tag = "latest"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "slim.toml").write_text(TEXT)
    return tmp_path / "slim.toml"


def kept(file: Path) -> list[Path]:
    folder = project_folder(file.parent) / "settings"
    return list(folder.iterdir()) if folder.is_dir() else []


def without_rules(file: Path, profile: str | None = None) -> str:
    """What a new process reads, and whether it needed the rules."""
    code = (
        "import sys; from pathlib import Path; from slimdeploy.state.settings import read\n"
        "file = Path(sys.argv[1]); loaded = read(file.parent, file, sys.argv[2] or None)\n"
        "print('pydantic' in sys.modules, loaded.config, loaded.warnings)\n"
        "from slimdeploy.state.settings import _kept; print(_kept(file.parent), file=sys.stderr)"
    )
    argv = [sys.executable, "-c", code, str(file), profile or ""]
    done = subprocess.run(argv, capture_output=True, text=True, check=True, env=os.environ)
    assert done.stdout.startswith("False "), (done.stderr, state._kept(file.parent), kept(file))
    return done.stdout.strip()


def test_the_second_time_is_the_same_without_the_rules(file: Path) -> None:
    first, staging = read(file.parent, file), read(file.parent, file, "staging")
    assert first.config == load(file)
    assert staging.config.image.tag == "latest"
    assert [each.split(":")[:2] for each in staging.warnings] == [["slim.toml", "10"]]
    assert without_rules(file) == f"False {first.config} ()"
    assert without_rules(file, "staging") == f"False {staging.config} {staging.warnings}"
    assert read(file.parent, file) == first


def test_without_a_file(file: Path) -> None:
    file.unlink()
    first = read(file.parent, None)
    assert first.config.deploy.replicas == 2
    assert len(kept(file)) == 1
    assert read(file.parent, None) == first


def test_another_text_is_another_answer(file: Path) -> None:
    read(file.parent, file)
    status = file.stat()
    file.write_text(TEXT.replace("9000", "9001"))
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    ports = read(file.parent, file).config.app.ports
    assert ports
    assert ports[0].port == 9001


def test_what_is_wrong_is_said_each_time(file: Path) -> None:
    file.write_text("app.prot = 8080\n")
    for _ in range(2):
        with pytest.raises(ConfigError, match=r"slim.toml:1:5"):
            read(file.parent, file)
    with pytest.raises(ConfigError, match="no profile"):
        read(file.parent, file, "staging")
    assert kept(file) == []


def test_a_warning_names_the_file_as_it_is_seen_from_here(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(file.parent, file, "staging")
    (file.parent / "inner").mkdir()
    monkeypatch.chdir(file.parent / "inner")
    (warning,) = read(file.parent, file, "staging").warnings
    assert warning.startswith(f"{file}:10:")


def test_other_rules_are_asked_again(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(file.parent, file)
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "model.py").write_text("")
    monkeypatch.setattr(state.config, "__path__", [str(rules)])
    read(file.parent, file)
    assert len(kept(file)) == 2
    (rules / "model.py").write_text("# another")
    read(file.parent, file)
    assert len(kept(file)) == 3


@pytest.mark.parametrize("damage", ["", "{", "[]", "1", '[{"table": 3}, 0]', '[{"a": {}, "b": {}}, []]', "[" * 100_000])
def test_a_damaged_answer_is_none(file: Path, damage: str) -> None:
    first = read(file.parent, file)
    (answer,) = kept(file)
    whole = answer.read_text()
    answer.write_text(damage)
    assert read(file.parent, file) == first
    assert answer.read_text() == whole


def test_where_nothing_can_be_kept(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "no-folder").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "no-folder"))
    assert read(file.parent, file).config == load(file)


def test_a_file_that_is_gone(file: Path) -> None:
    read(file.parent, file)
    file.unlink()
    with pytest.raises(UnreadableFile):
        read(file.parent, file)


def test_settings_do_not_change() -> None:
    table = Settings({"a": 1, "b": 2})
    with pytest.raises(AttributeError):
        table.a = 3
    assert (changed(table, a=3), table) == (Settings({"a": 3, "b": 2}), Settings({"a": 1, "b": 2}))
    assert table != {"a": 1, "b": 2}


def test_text_that_was_not_dumped(file: Path) -> None:
    loaded = read(file.parent, file)
    assert parse(dump(loaded)) == loaded
    with pytest.raises(ValueError, match="Expecting"):
        parse("nothing")
