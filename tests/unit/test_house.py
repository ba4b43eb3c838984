"""The house rules, as far as a program can see them: sizes, names, and documents that say what the code says."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from slimdeploy import errors
from slimdeploy.errors import SlimdeployError

ROOT = Path(__file__).parents[2]
MODULES = sorted((ROOT / "slimdeploy").rglob("*.py"))
TREES = {path.relative_to(ROOT): ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
MOST_LINES_OF_A_FILE = 200
MOST_LINES_OF_A_FUNCTION = 40
MOST_POSITIONAL_PARAMETERS = 4
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "managers", "base", "common", "misc"}
# In parts, so that this file does not name them.
REGISTRY_HOSTS = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("proxy.golang", "org"),
    ("sum.golang", "org"),
    ("registry.npmjs", "org"),
    ("crates", "io"),
    ("maven.apache", "org"),
    ("deb.debian", "org"),
    ("security.debian", "org"),
    ("archive.ubuntu", "com"),
]
PINS = sorted((ROOT / "constraints").glob("*.txt"))
Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions() -> Iterator[tuple[str, Function]]:
    for path, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, Function):
                yield f"{path}:{node.lineno} {node.name}", node


def test_files_are_short() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in MODULES}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES_OF_A_FILE} == {}


def test_functions_are_short() -> None:
    lengths = {where: (node.end_lineno or node.lineno) - node.lineno + 1 for where, node in functions()}
    assert {where: length for where, length in lengths.items() if length > MOST_LINES_OF_A_FUNCTION} == {}


def test_functions_take_few_positional_parameters() -> None:
    counts = {where: len(positional(node)) for where, node in functions()}
    assert {where: count for where, count in counts.items() if count > MOST_POSITIONAL_PARAMETERS} == {}


def positional(node: Function) -> list[str]:
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    return [name for name in names if name not in {"self", "cls"}]


def test_modules_have_names_that_say_something() -> None:
    assert [str(path) for path in TREES if {path.stem, path.parent.name} & EMPTY_NAMES] == []


def test_modules_say_what_they_are() -> None:
    assert [str(path) for path, tree in TREES.items() if not ast.get_docstring(tree)] == []


def test_exit_codes_are_documented_as_they_are() -> None:
    rows = re.findall(r"^\| (\d+) \| (\w+) \| (.+?) \|", read("docs/exit-codes.md"), flags=re.MULTILINE)
    assert {(int(code), name, text) for code, name, text in rows} == {
        (kind.code, name, inspect.getdoc(kind))
        for name, kind in vars(errors).items()
        if inspect.isclass(kind) and issubclass(kind, SlimdeployError) and kind is not SlimdeployError
    }


def test_the_table_of_contributing_names_what_exists() -> None:
    rows = [line for line in read("CONTRIBUTING.md").splitlines() if line.startswith("| ")][1:]
    named = [(name, row) for row in rows for name in re.findall(r"`([\w./-]+/[\w./-]*)`", row)]
    assert 0 < len(rows) <= 12
    assert [row for name, row in named if not (ROOT / name).exists()] == []
    assert [name for name, _ in named if name.startswith("tests/") and not has_tests(ROOT / name)] == []


def has_tests(path: Path) -> bool:
    return path.is_file() or any(path.rglob("test_*.py"))


def test_no_file_names_a_package_registry() -> None:
    hosts = re.compile("|".join(re.escape(".".join(parts)) for parts in REGISTRY_HOSTS), re.IGNORECASE)
    assert [str(path) for path in files_in_git() if hosts.search(path.read_text(errors="replace"))] == []


def files_in_git() -> list[Path]:
    """Those that are committed, or would be. safe.directory: root may run this in somebody else's folder."""
    command = ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in out.split("\0") if name and (path := ROOT / name).is_file()]


@pytest.mark.parametrize("file", PINS, ids=lambda file: file.stem)
def test_every_pin_has_hashes_and_no_address(file: Path) -> None:
    found = pins(file)
    assert found
    assert [pin for pin in found if not re.match(r"[\w.-]+==[^\s;]+.* --hash=sha256:[0-9a-f]{64}", pin)] == []
    assert "://" not in file.read_text()


def pins(file: Path) -> list[str]:
    """One line a package, its hashes included."""
    lines = re.sub(r"\\\n *", "", file.read_text()).splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


@pytest.mark.parametrize(("name", "extras"), [("run", ()), ("dev", ("dev",))])
def test_pins_are_what_pyproject_asks_for(name: str, extras: tuple[str, ...]) -> None:
    project = tomllib.loads(read("pyproject.toml"))
    wanted = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    wanted += [each for extra in extras for each in project["project"]["optional-dependencies"][extra]]
    pinned = dict(pin.split(" ", 1)[0].split("==") for pin in pins(ROOT / f"constraints/{name}.txt"))
    missing = [
        text
        for text in wanted
        if (need := Requirement(text)) and not need.specifier.contains(pinned.get(need.name.lower(), "0"))
    ]
    assert missing == []


@pytest.mark.parametrize("script", ["scripts/setup", "scripts/pin", ".ci/run"])
def test_scripts_can_be_read_by_their_shell(script: str) -> None:
    shell = read(script).splitlines()[0].removeprefix("#!").split()
    assert subprocess.run([*shell, "-n", script], cwd=ROOT, check=False).returncode == 0
    assert (ROOT / script).stat().st_mode & 0o111


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")
