"""The text at the reported place is the value: for every value of every document."""

import sys
import tomllib

from hypothesis import example, given

from slimdeploy.config.positions import dotted, locate
from tests.unit.config.documents import SOME, damaged, documents, dumped

TEXT = """\
# é
title = "x" # "y"
"a b".'c' = { d = [1, {e = 2}], f.g = ''' '''}
[ app . env ]
A = \"\"\"
two \\
lines\"\"\"
[[app.ports]]
port = 0x1f90
[[app.ports]]
port = 1979-05-27 07:32:00
[app.ports.inner]
x = 1\
"""
VALUES = {
    ("title",): (2, 9, 12, '"x"'),
    ("a b", "c"): (3, 13, 47, "{ d = [1, {e = 2}], f.g = ''' '''}"),
    ("a b", "c", "d"): (3, 19, 31, "[1, {e = 2}]"),
    ("a b", "c", "d", 0): (3, 20, 21, "1"),
    ("a b", "c", "d", 1): (3, 23, 30, "{e = 2}"),
    ("a b", "c", "d", 1, "e"): (3, 28, 29, "2"),
    ("a b", "c", "f", "g"): (3, 39, 46, "''' '''"),
    ("app", "env"): (4, 9, 12, "env"),
    ("app", "env", "A"): (5, 5, 8, '"""\ntwo \\\nlines"""'),
    ("app", "ports", 0): (8, 7, 12, "ports"),
    ("app", "ports", 0, "port"): (9, 8, 14, "0x1f90"),
    ("app", "ports", 1, "port"): (11, 8, 27, "1979-05-27 07:32:00"),
    ("app", "ports", 1, "inner", "x"): (13, 5, 6, "1"),
    ("app", "nothing", "here"): (4, 3, 6, "app"),
    ("nothing",): (1, 1, 2, ""),
}
KEYS = {
    ("title",): (2, 1, 6, "title"),
    ("a b",): (3, 1, 6, '"a b"'),
    ("a b", "c"): (3, 7, 10, "'c'"),
    ("a b", "c", "f"): (3, 33, 34, "f"),
    ("app", "ports"): (8, 7, 12, "ports"),
    ("app", "ports", 1): (10, 7, 12, "ports"),
    ("app", "ports", 1, "inner"): (12, 12, 17, "inner"),
}


def seen(span):
    return span.line, span.column, span.end_column, TEXT[span.start : span.end]


def test_values():
    positions = locate(TEXT)
    assert {path: seen(positions.value(path)) for path in VALUES} == VALUES


def test_keys():
    positions = locate(TEXT)
    assert {path: seen(positions.key(path)) for path in KEYS} == KEYS


def test_lines():
    positions = locate("a = 1\r\n\nb = 2")
    assert [positions.line_text(number) for number in (1, 2, 3)] == ["a = 1", "", "b = 2"]
    assert positions.span(13, 14).column == 6


def test_dotted():
    assert dotted(("app", "ports", 0, "a.b", "")) == 'app.ports[0]."a.b".""'
    assert dotted(("x" * 100,)) == f'"{"x" * 60}..."'


def leaves(value, path=()):
    """All scalars of a document by their path."""
    if isinstance(value, (dict, list)):
        inner = value.items() if isinstance(value, dict) else enumerate(value)
        return {key: leaf for name, each in inner for key, leaf in leaves(each, (*path, name)).items()}
    return {path: value}


def check(text):
    """Every value, also lists and inline tables, stands where it is said to stand."""
    positions, document = locate(text), tomllib.loads(text)
    assert not positions.faults
    assert set(leaves(document)) <= set(positions.values)
    for path, (start, end) in positions.values.items():
        value = document
        for part in path:
            value = value[part]
        written = text[start:end]
        if not isinstance(value, dict) or written.startswith("{"):
            assert repr(tomllib.loads(f"value = {written}")["value"]) == repr(value)
        span = positions.value(path)
        assert text.split("\n")[span.line - 1][span.column - 1 :].startswith(written.split("\n")[0].removesuffix("\r"))
    for path, (start, end) in positions.keys.items():
        assert list(tomllib.loads(f"{text[start:end]} = 1")) == [path[-1]]


@SOME
@given(dumped)
def test_what_tomlkit_writes(text):
    check(text)


@SOME
@given(documents())
def test_every_way_to_write_it(text):
    check(text)


@SOME
@given(damaged())
@example("[a.b]\n[a]\nb.c = 1")
@example("a.b = 1\n[a.c]")
@example("[[a]]\n[a.b]\n[[a]]\n[a.b]")
@example("a = [{}]\n[[a]]")
def test_we_accept_what_tomllib_accepts(text):
    positions = locate(text)
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        assert positions.faults
        return
    if positions.faults:
        assert sys.version_info >= (3, 15), "tomllib reads TOML 1.1 from there on"
    else:
        check(text)
