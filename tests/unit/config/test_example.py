"""slim.toml.example and the file that `slimdeploy init` writes agree with the model."""

import re
import tomllib
from pathlib import Path

import pytest

from slimdeploy.config.keys import IN_LISTS, canonical, known_keys
from slimdeploy.config.model import Config
from slimdeploy.config.reader import default_config, load
from slimdeploy.config.table import Table
from slimdeploy.config.template import render_template

EXAMPLE = Path(__file__).parents[3] / "slim.toml.example"
LINES = EXAMPLE.read_text(encoding="utf-8").splitlines()
CODE = re.compile(r"# (\[[a-z.]+\]|[A-Za-z_.]+ = .+)")
OFF = [number for number, line in enumerate(LINES) if CODE.fullmatch(line)]
PULLED = ('# builder_image = "golang:1.26"', '# base_image = "gcr.io/distroless/static"')
STRATEGIES = {
    '# strategy = "builder"': PULLED[:1],
    '# strategy = "base"': PULLED[1:],
    PULLED[0]: ('# strategy = "builder"',),
    PULLED[1]: ('# strategy = "base"',),
}
CRON = ('# kind = "cron"', '# job = { schedule = "*/15 * * * *", time_zone = "Europe/Berlin" }')
METRICS = next(line for line in LINES if line.startswith('# ports = [{ name = "metrics"'))
NEEDS = dict.fromkeys(CRON, CRON) | {'# health = "/ready"': (METRICS,)} | STRATEGIES
PATCH = tuple(line for line in LINES if line.startswith(('# kind = "Dep', "# ops = ")))
OF_A_TABLE = {"[cluster]": ('# context = "prod"',), "[processes.worker]": ('# args = ["worker"]',), "[[patch]]": PATCH}
PREFIX = len("# ")


def switched_on(*wanted: int) -> str:
    """The example with these lines, and the table headers above them."""
    lines = [line[PREFIX:] if number in wanted else line for number, line in enumerate(LINES)]
    for number in wanted:
        header = max(above for above in range(number + 1) if re.match(r"(# )?\[", LINES[above]))
        lines[header] = lines[header].removeprefix("# ")
        needed = (*NEEDS.get(LINES[number], ()), *OF_A_TABLE.get(lines[header], ()))
        lines = [line.removeprefix("# ") if line in needed else line for line in lines]
    return "\n".join(lines)


def keys_in(value: object, path: str = "") -> set[str]:
    if isinstance(value, list):
        return {key for each in value for key in keys_in(each, path)}
    if not isinstance(value, dict):
        return set()
    inner = {canonical((*path.split("."), key) if path else (key,)): each for key, each in value.items()}
    return set(inner).union(*(keys_in(each, key) for key, each in inner.items()))


def test_it_loads_and_changes_nothing():
    assert load(EXAMPLE) == default_config()


@pytest.mark.parametrize("number", OFF, ids=[LINES[number] for number in OFF])
def test_each_line_can_be_switched_on(read, number):
    text = switched_on(number)
    read(text)
    for profile in tomllib.loads(text).get("profiles", {}):
        read(text, profile)


def test_every_key_of_the_model_is_there():
    found = set().union(*(keys_in(tomllib.loads(switched_on(number))) for number in OFF))
    known = {f"{table}.{key}".removeprefix(".") for table, fields in known_keys().items() for key in fields}
    assert known - found == set()


def test_every_key_is_explained_with_its_default():
    for number in OFF:
        above = next(line for line in reversed(LINES[:number]) if line not in {LINES[off] for off in OFF})
        assert above.startswith("# "), LINES[number]
        paragraph = "\n".join(LINES[:number]).rpartition("\n\n")[2]
        assert re.search("Default: |Needed in|Without this table", paragraph), LINES[number]


def test_every_key_of_the_model_is_described():
    for table, fields in known_keys().items():
        for key, field in fields.items():
            assert field.description, f"{table}.{key}"
            assert field.description.endswith("."), f"{table}.{key}"


def test_every_table_of_the_model_is_described():
    assert all(each.__doc__ for each in (Config, *Table.__subclasses__()))


def test_examples_in_the_model_are_right():
    for table, fields in known_keys().items():
        if table and table not in IN_LISTS:
            for key, field in fields.items():
                cron = {"app": {"kind": "cron"}} if table == "deploy.job" else {}
                needed = {"schedule": "0 3 * * *"} if cron else {}
                if table == "build":
                    needed = {"strategy": "builder", "builder_image": "golang", "base_image": "debian"}
                needed |= {name: each.examples[0] for name, each in fields.items() if each.is_required()}
                document = needed | {key: (field.examples or [])[0]}
                for part in reversed(table.split(".")):
                    document = {part: document}
                Config.model_validate(document | cron)


@pytest.mark.parametrize("main", [None, "./cmd/hello"])
def test_the_first_file(read, main):
    text = render_template("hello", main, 9000)
    config = read(text)
    assert (config.app.name, config.app.port, config.build.main) == ("hello", 9000, main)
    assert config.deploy == default_config().deploy
    assert max(len(line) for line in text.splitlines()) <= 120


def test_the_first_file_names_the_programs_that_are_not_built(read):
    text = render_template("tools", "./cmd/a", 8080, ["./cmd/b", "./cmd/c"])
    assert "# the folder of the main package\n# or: ./cmd/b, ./cmd/c\n" in text
    assert read(text).build.main == "./cmd/a"


@pytest.mark.parametrize(
    "number", [number for number, line in enumerate(render_template("a", None, 8080).splitlines()) if CODE.match(line)]
)
def test_the_first_file_with_more(read, number):
    lines = render_template("hello", None, 8080).splitlines()
    code = lines[number].removeprefix("# ")
    lines = [*lines[:number], code, *lines[number + 1 :]]
    if code.startswith(("context", "namespace", "[cluster]")):
        lines = [line.removeprefix("# ") if re.match(r"# (\[cluster|context)", line) else line for line in lines]
    if code.startswith(("cluster.", "deploy.")):
        lines = [line.removeprefix("# ") if line.startswith("# [profiles") else line for line in lines]
    read("\n".join(lines))
