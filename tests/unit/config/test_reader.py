"""Files that cannot be read, files that are not there, many problems, and what must never be shown."""

import json
import os
import socket
from dataclasses import asdict
from pathlib import Path

import pytest

from slimdeploy.config.model import Config
from slimdeploy.config.reader import default_config, load
from slimdeploy.config.settings import settings
from slimdeploy.config.source import find
from slimdeploy.errors import ConfigError, UnreadableFile


def test_without_a_file():
    config = default_config()
    assert config == settings(Config())
    assert (config.app.name, config.app.port, config.app.ports, config.cluster) == (None, None, None, None)
    assert (config.app.health.kind, config.deploy.replicas, config.image.user) == ("tcp", 2, 65532)


def test_an_empty_file_is_no_file(read):
    assert read("") == default_config()


def test_find(tmp_path):
    assert find(tmp_path) is None
    (tmp_path / "slim.toml").write_text("")
    assert find(tmp_path) == tmp_path / "slim.toml"
    (tmp_path / "inner").mkdir()
    assert find(tmp_path / "inner") is None


def test_find_does_not_take_a_broken_link_for_no_file(tmp_path):
    (tmp_path / "slim.toml").symlink_to("nowhere")
    found = find(tmp_path)
    assert found
    with pytest.raises(UnreadableFile, match="No such file") as refused:
        load(found)
    assert refused.value.hint == "it is a symbolic link to nowhere, which is not there"


def test_a_link_is_followed(tmp_path):
    (tmp_path / "other.toml").write_text("app.port = 9000")
    (tmp_path / "slim.toml").symlink_to("other.toml")
    assert load(tmp_path / "slim.toml").app.port == 9000


def test_missing(tmp_path):
    with pytest.raises(UnreadableFile, match=r"slim\.toml cannot be read: No such file or directory"):
        load(tmp_path / "slim.toml")


def test_folder(tmp_path):
    with pytest.raises(UnreadableFile, match=r"is not a regular file|is a folder"):
        load(tmp_path)


def test_pipe(tmp_path):
    os.mkfifo(tmp_path / "slim.toml")
    with pytest.raises(UnreadableFile, match="is not a regular file"):
        load(tmp_path / "slim.toml")


def test_a_file_that_is_far_too_large(tmp_path):
    file = tmp_path / "slim.toml"
    with file.open("wb") as sparse:
        sparse.truncate(2 << 30)
    with pytest.raises(UnreadableFile, match=r"slim\.toml: file larger than 1 MiB"):
        load(file)


def test_device():
    with pytest.raises(UnreadableFile, match="is not a regular file"):
        load(Path("/dev/zero"))


def test_socket(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("slim.toml")
        with pytest.raises(UnreadableFile, match="cannot be read"):
            load(Path("slim.toml"))


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000])
def test_names_that_no_file_can_have(name):
    with pytest.raises(UnreadableFile, match="cannot be read"):
        load(Path(name))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_not_allowed(tmp_path):
    (tmp_path / "slim.toml").write_text("")
    (tmp_path / "slim.toml").chmod(0)
    with pytest.raises(UnreadableFile, match="Permission denied"):
        load(tmp_path / "slim.toml")


def test_the_file_is_named_as_it_would_be_typed(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "slim.toml").write_text("x = 1")
    for folder, shown in ((tmp_path, "here/slim.toml"), (tmp_path / "here", "slim.toml")):
        monkeypatch.chdir(folder)
        with pytest.raises(ConfigError, match=f"^{shown}:1:1: error: x: unknown key"):
            load(tmp_path / "here" / "slim.toml")


def test_how_a_problem_looks(problem):
    found = problem('# one\n[app]\nport = "8080"')
    assert str(found).splitlines() == [
        'slim.toml:3:8: error: app.port: expected an integer from 1 to 65535, got the string "8080"',
        '    3 | port = "8080"',
        "      |        ^^^^^^ remove the quotes",
    ]
    assert asdict(found) == {
        "file": "slim.toml",
        "line": 3,
        "column": 8,
        "end_column": 14,
        "path": "app.port",
        "code": "type",
        "message": 'app.port: expected an integer from 1 to 65535, got the string "8080"',
        "hint": "remove the quotes",
        "source": 'port = "8080"',
    }


def test_the_caret_stands_under_wide_characters_and_tabs(problem):
    lines = str(problem('app = {\t"宽\u0301" = 1 }')).splitlines()
    assert lines[1] == '    1 | app = { "宽\u0301" = 1 }'
    assert lines[2].startswith("      |         ^^^^ ")


def test_all_problems_at_once_in_the_order_of_the_file(problems):
    text = '[app]\nport = "1"\nname = 5\nfoo = 1\n[app.env]\nA = 1\n[deploy]\nreplicas = -1\n[bar]\n[image]\nuser = 0\n'
    assert [each.line for each in problems(text)] == [2, 3, 4, 6, 8, 9, 11]


def test_at_most_twenty(read):
    with pytest.raises(ConfigError) as caught:
        read("\n".join(f"k{number} = 1" for number in range(5000)))
    assert [each.line for each in caught.value.problems] == list(range(1, 21))
    assert caught.value.details == ("and 4980 more",)


HUNTER = "hunt" + "er2"
SECRETS = [  # 30, 32, 38, 43
    f'app.env.DB_PASSWORD = "{HUNTER}"',
    f'app.env = {{ A = 5, DB_PASSWORD = "{HUNTER}", B = 5 }}',
    f'app.env.API_KEY = ["{HUNTER}"]',
    f'app.env.A = "AKIA{HUNTER.upper():A<16}"',
    f'app.env.A = "-----BEGIN RSA PRIVATE KEY-----\\n{HUNTER}"',
    f'app.env.A = "eyJhbGciOiJIUzI1NiJ9.eyJ{HUNTER}AAAAAAA.{HUNTER}"',
    f'app.env.A = "ghp_{HUNTER:a<36}"',
    f'app.env.A = "postgres://me:{HUNTER}@db/x"',
    f'app.args = ["--dsn=postgres://me:{HUNTER}@db/x"]',
    f'app.args = ["--api-key={HUNTER}"]',
    f'app.args = ["-v", "-password={HUNTER}"]',
    f'app.secrets.X = "{HUNTER}"',
    f'secrets = "{HUNTER}"',
    f'image.password = "{HUNTER}"',
    f'image.repository = "http://me:{HUNTER}@host/x"',
    f'image.repository = "me:{HUNTER}@host/x"',
    f'static.ldflags = ["-s", "-X main.token={HUNTER}"]',
    f'app.env.TOKEN = "{HUNTER}',
    f'app.env.TOKEN = """\n{HUNTER}\\q"""',
    f'app.env.A = """-----BEGIN PRIVATE KEY-----\n{HUNTER}',
    f'app = {{ env = {{ TOKEN = "{HUNTER}" }}, port = "x" }}',
    f"app.env.TOKEN = {HUNTER}",
    f'app.env.TOKEN = "{HUNTER}"\napp.env.TOKEN = "{HUNTER}"',
    f'[profiles.a]\napp.env.TOKEN = "{HUNTER}"',
]


@pytest.mark.parametrize("text", SECRETS)
def test_secrets_are_never_shown(read, text):
    with pytest.raises(ConfigError) as caught:
        read(text)
    said = f"{caught.value} {caught.value!r} {json.dumps([asdict(each) for each in caught.value.problems])}"
    assert HUNTER.lower() not in said.lower()


@pytest.mark.parametrize(
    "name", ["DB_PASSWORD", "TOKEN", "dbPassword", "API_KEY", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD"]
)
def test_names_of_secrets(problem, name):
    assert problem(f'app.env.{name} = "x"').message == f"app.env.{name}: looks like a secret (value not shown)"


@pytest.mark.parametrize(
    "name",
    [
        "PWD",
        "DB_PASSWORD_FILE",
        "CACHE_KEY_PREFIX",
        "MONKEY",
        "TOKENIZER",
        "PUBLIC_KEY",
        "MAX_TOKENS",
        "COMPASS",
        "SORT_KEY",
    ],
)
def test_names_of_other_things(read, name):
    read(f'app.env.{name} = "x"')


def test_nothing_drives_the_terminal(read):
    with pytest.raises(ConfigError) as caught:
        read('"\\u001b[31m" = "\\u001b"\n"\u202e" = 1\napp.env.A = "\\u001b[2J"\n')
    assert all(each.isprintable() for each in str(caught.value).splitlines())
