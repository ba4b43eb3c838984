"""Whatever is in the file: a Config, or problems with places that exist. Nothing else, and soon."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slimdeploy.config.keys import known_keys
from slimdeploy.config.messages import toml
from slimdeploy.config.reader import load
from slimdeploy.config.settings import Loaded, dump, parse
from slimdeploy.errors import ConfigError
from tests.unit.config.documents import SOME, damaged, documents, quoted, scalars, texts, written

KNOWN = [f"{table}.{key}".removeprefix(".") for table, fields in known_keys().items() for key in fields]
KNOWN = [key.replace("*", "x") for key in KNOWN]
KINDS = {"encoding", "syntax", "duplicate", "type", "range", "refused", "missing", "unknown-key", "unknown-profile"}
nearly_right = st.sampled_from(
    [toml(each) for fields in known_keys().values() for field in fields.values() for each in (field.examples or [])]
)
right_keys = st.sampled_from([*KNOWN, *(f"profiles.x.{key}" for key in KNOWN), "app.env.A", "app.env.TOKEN", "app.x"])
wrong_values = (scalars | st.lists(scalars, max_size=2) | st.dictionaries(texts, scalars, max_size=2)).flatmap(written)
typed = st.lists(st.tuples(right_keys, nearly_right | wrong_values | texts.map(quoted)), max_size=8)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz") / "slim.toml"


def outcome(file: Path, data: bytes, profile=None):
    """Loads it, and looks at the problems as a person would."""
    file.write_bytes(data)
    lines = data.decode(errors="replace").split("\n")
    try:
        config = load(file, profile=profile)
    except ConfigError as caught:
        error = caught
    else:
        loaded = Loaded(config, ("one",))
        assert parse(dump(loaded)) == loaded
        return
    assert 1 <= len(error.problems) <= 20
    for each in error.problems:
        assert each.code in KINDS, each
        assert 1 <= each.line <= len(lines)
        assert 1 <= each.column < each.end_column
        assert each.column <= len(lines[each.line - 1].removeprefix("\ufeff")) + 1 or each.code == "encoding"
        assert "another value" not in each.message
        assert all(line.isprintable() for line in str(each).split("\n"))


@SOME
@given(typed, st.sampled_from([None, None, "x"]))
def test_known_keys_with_any_values(file, pairs, profile):
    outcome(file, "\n".join(f"{key} = {value}" for key, value in dict(pairs).items()).encode(), profile)


@SOME
@given(documents() | damaged())
def test_any_document(file, text):
    outcome(file, text.encode())


@SOME
@given(st.binary(max_size=60))
def test_any_bytes(file, data):
    outcome(file, data)
    outcome(file, b'app = { env = { A = "' + data + b'" } }')


HOSTILE = {
    "unclosed interpolation": 'app.env.A = "' + "${" * 60_000 + '"',
    "unclosed expansion": 'app.env.A = "' + "$(" * 60_000 + '"',
    "unclosed braces": 'app.args = ["' + "{{" * 60_000 + '"]',
    "beginnings of tokens": 'app.env.A = "' + "eyJaaaaaaaa-" * 10_000 + '"',
    "beginnings of keys": "x" + "-BEGIN PRIVATE KEY-----BEGIN" * 5_000,
    "names of secrets": "passtokenkey" * 20_000,
    "spaces": "a = 1" + " " * 200_000 + "x",
    "comments": "# x\n" * 60_000 + "x",
    "quotes": 'a = """' + '"" ' * 60_000,
    "one long word": "a = " + "x" * 200_000,
    "one long key": "a" * 200_000 + " = 1",
    "many tables": "".join(f"[t{number}]\n" for number in range(20_000)),
    "many keys": "".join(f"k{number}=1\n" for number in range(9_000)),
    "many keys in profiles": "".join(f"profiles.p{number % 49}.k{number}=1\n" for number in range(9_000)),
    "many variables": "[app.env]\n" + "".join(f"k{number}=1\n" for number in range(9_000)),
    "many elements": f"app.args = [{'1,' * 9_000}]",
    "a long name": f'app.name = "{"a" * 200_000}"',
    "a long repository": f'image.repository = "a/{"-" * 200_000}"',
    "a long flag": f'static.ldflags = ["-X {"a." * 100_000}"]',
    "a long schedule": f'schedule.cron = "{"1," * 100_000}1 * * * *"',
    "a long duration": f'deploy.timeout = "{"1s" * 100_000}"',
    "a long quantity": f'deploy.resources.memory = "{"1" * 200_000}"',
    "a long port's name": f'app.ports = [{{ port = 8080, name = "{"a-" * 100_000}" }}]',
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_take_no_time(file, kind):
    start = time.process_time()
    outcome(file, HOSTILE[kind].encode())
    assert time.process_time() - start < 5  # usually < 0.2
