"""Elements of lists that a person gets wrong: the element is pointed at, not the list."""

import pytest

ELEMENTS = [
    ("build.tags", '"a,b"', "a build tag has"),  # 40
    ("build.tags", '"-toolexec=/x"', "a build tag has"),
    ("build.tags", '"netgo osusergo"', "a build tag has"),
    ("static.ldflags", '"-X main.v=1 -extld=/tmp/x"', '"-extld" is not allowed'),  # 37
    ("static.ldflags", '"-extldflags"', '"-extldflags" is not allowed'),
    ("static.ldflags", '"-linkmode=external"', '"-linkmode" is not allowed'),
    ("static.ldflags", '"-s -w"', "one flag an entry"),
    ("static.ldflags", r'"-X main.v=a\nb"', "line break not allowed"),  # 39
    ("static.ldflags", "\"-X 'main.v=a b'\"", "character ' not allowed"),
    ("static.ldflags", '"-X main=1"', '"-X main=1" does not set a variable'),
    ("static.without_cgo", '"github.com/mattn/go-sqlite3@v1"', "expected the import path"),
    ("static.without_cgo", '"./store"', "expected the import path"),
    ("static.without_cgo", '"github.com/..."', "expected the import path"),
    ("build.platforms", '"linux/arm64/v9"', '"v9" is no variant of arm64'),  # 60
    ("build.platforms", '"windows/amd64"', "windows images cannot be made here: only linux"),
    ("build.platforms", '"amd64"', "an operating system comes first"),
    ("build.platforms", '"linux/x86_64"', '"x86_64" is unknown'),
    ("app.ports", "8080", "expected a table, got an integer"),
    ("app.args", "5", "expected a string, got an integer"),
    ("app.args", '"$(HOME)"', '"$(HOME)" would be expanded by Kubernetes'),
    ("app.args", r'"\u0000"', "character U+0000 not allowed"),
]


@pytest.mark.parametrize(("key", "value", "said"), ELEMENTS)
def test_the_element_is_pointed_at(problem, key, value, said):
    found = problem(f"{key} = [\n  {value},\n]\n")
    assert (found.line, found.column, found.end_column) == (2, 3, 3 + len(value))
    assert found.message.startswith(f"{key}[0]: {said}")


@pytest.mark.parametrize(
    ("written", "column", "said"),
    [
        ('["linux/amd64", "linux/arm64", "linux/amd64"]', 50, '[2]: "linux/amd64" is there already (line 1)'),
        ('["linux/arm", "linux/arm/v7"]', 33, '[1]: "linux/arm/v7" is there already (line 1)'),
        ('["linux/amd64", "cluster"]', 35, '[1]: "cluster" stands alone'),
        ('["linux/amd64", 5]', 35, "[1]: expected a string"),
        ('["linux/amd64", "windows/amd64"]', 35, "[1]: windows images cannot be made here: only linux"),
    ],
)
def test_each_platform_once(problem, written, column, said):  # 60
    found = problem(f"build.platforms = {written}")
    assert (found.column, found.message) == (column, f"build.platforms{said}")
