"""Text that is not TOML 1.0: where it stops being it, in our words."""

import pytest

SYNTAX = [  # 62, 64-68
    ('name = "x', 1, 10, "string is not closed (opened at 1:8)"),
    ('a = """x\n\ny', 3, 2, "string is not closed (opened at 1:5)"),
    ("a = 'x\nb = 1", 1, 7, "string is not closed (opened at 1:5)"),
    ("a =\nb = 1", 1, 4, "a value is missing"),
    ("a = # x", 1, 5, "a value is missing"),
    ("a = 1 b = 2", 1, 7, "expected the end of the line"),
    ('\ta = "x" "y"', 1, 10, "expected the end of the line"),
    ("[app\n", 1, 5, "expected ']' (opened at 1:1)"),
    ("[app]]", 1, 6, "expected the end of the line"),
    ("[[app]", 1, 6, "expected ']]' (opened at 1:1)"),
    ("[]", 1, 2, "expected a key"),
    ("[a.]", 1, 4, "expected a key"),
    ("= 1", 1, 1, "expected a key"),
    ("a b = 1", 1, 3, "expected '=' after the key"),
    ("a", 1, 2, "expected '=' after the key"),
    ("ключ = 1", 1, 1, "expected a key"),
    ('"""a""" = 1', 1, 1, "a key cannot span lines"),
    ("a = [1, 2", 1, 10, "expected ']' (opened at 1:5)"),
    ("a = [1 2]", 1, 8, "expected ',' or ']' (opened at 1:5)"),
    ("a = { b = 1", 1, 12, "expected '}' (opened at 1:5)"),
    ("a = { b = 1 c = 2 }", 1, 13, "expected ',' or '}' (opened at 1:5)"),
    ("a = { b = 1, }", 1, 14, "TOML 1.1 syntax: a comma before '}'"),
    ("a = {\nb = 1 }", 1, 6, "TOML 1.1 syntax: a line break in an inline table"),
    (r'a = "\e"', 1, 6, r"TOML 1.1 syntax: escape \e is unknown"),
    (r'a = "\x41"', 1, 6, r"TOML 1.1 syntax: escape \x is unknown"),
    ("a = 07:32", 1, 5, "TOML 1.1 syntax: a time without seconds"),
    (r'a = "C:\path"', 1, 8, r"escape \p is unknown"),
    ("a = True", 1, 5, "True is not a value; write true"),
    ("a = yes", 1, 5, 'yes is not a value; quote it: "yes"'),
    ("a = 007", 1, 5, "007 is not a number; no zeros in front"),
    ("a = 1979-02-30", 1, 5, "1979-02-30 is no date"),
    ("a = ,", 1, 5, "expected a value"),
    (f"a = {'9' * 5000}", 1, 5, "a number of 5000 characters is out of range"),
    (f"a{'.a' * 3000} = 1", 1, 42, "nested deeper than 20"),
    (f"a = {'[' * 3000}", 1, 25, "nested deeper than 20"),
    (f"a = {'{ a = ' * 3000}", 1, 124, "nested deeper than 20"),
    (f"a = [{'1,' * 10_001}]", 1, 20006, "more than 10,000 keys or values"),
    ("\x00", 1, 1, "character U+0000 not allowed"),
    ('a = "\x1b[31m"', 1, 6, "character U+001B not allowed"),
    ("# \x07", 1, 3, "character U+0007 not allowed"),
    ("a = 1\rb = 2", 1, 6, "a carriage return without a line feed"),
    ('é = "ß"', 1, 1, "expected a key"),
    ('"é" = "ß" x', 1, 11, "expected the end of the line"),
]


@pytest.mark.parametrize(("text", "line", "column", "said"), SYNTAX, ids=[row[0][:30] for row in SYNTAX])
def test_syntax(problem, text, line, column, said):
    found = problem(text)
    assert (found.line, found.column, found.message, found.code) == (line, column, said, "syntax")


DUPLICATES = [  # 62
    ('[app]\nname = "a"\nname = "b"', 3, 1, "app.name: already set at 2:1"),
    ("[app]\n[build]\n[app]", 3, 2, "app: already set at 1:2"),
    ("app.port = 1\n[app]", 2, 2, "app: already set at 1:1"),
    ("app = {}\n[app.env]", 2, 2, "app: already set at 1:1"),
    ("app = {}\napp.port = 1", 2, 1, "app: already set at 1:1"),
    ("app = { port = 1, port = 2 }", 1, 19, "app.port: already set at 1:9"),
    ("[[app.ports]]\n[app.ports]", 2, 6, "app.ports: already set at 1:7"),
    ("[app.env]\n[[app.env]]", 2, 7, "app.env: already set at 1:6"),
    ("[app.env]\n[app]\nenv.A = 1", 3, 1, "app.env: already set at 1:6"),
    ('[[a]]\nb = 1\n"b" = 2', 3, 1, "a[0].b: already set at 2:1"),
]


@pytest.mark.parametrize(("text", "line", "column", "said"), DUPLICATES)
def test_duplicates(problem, text, line, column, said):
    found = problem(text)
    assert (found.line, found.column, found.message, found.code) == (line, column, said, "duplicate")


def test_all_duplicates_up_to_the_syntax_error(problems):
    found = problems("a = 1\na = 2\na = 3\n[b]\n[b]\na = 1\nc = ")
    assert [(each.line, each.code) for each in found] == [
        (2, "duplicate"),
        (3, "duplicate"),
        (5, "duplicate"),
        (7, "syntax"),
    ]


ENCODINGS = [  # 64, 66
    (b"\xef\xbb\xbfa = 1", 1, 1, "byte-order mark; save as UTF-8 without BOM"),
    ("a = 1".encode("utf-16"), 1, 1, "the file is UTF-16; save it as UTF-8"),
    (b'a = "\xe9"', 1, 6, "byte 0xE9 is not UTF-8"),
    (b'x = 1\n"\xc3\xa9\xff" = 1', 2, 3, "byte 0xFF is not UTF-8"),
]


@pytest.mark.parametrize(("data", "line", "column", "said"), ENCODINGS, ids=[said for *_, said in ENCODINGS])
def test_encodings(problem, data, line, column, said):
    found = problem(data)
    assert (found.line, found.column, found.message, found.code) == (line, column, said, "encoding")


@pytest.mark.parametrize(
    "text", ["", "\n", "# x", "[app]\r\nport = 8080\r\n", "\t[ app ] # x\n", "[app]\nport\t=\t8080"]
)
def test_whitespace(read, text):
    read(text)
