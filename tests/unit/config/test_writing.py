"""slim.toml is written to, and described to editors, without changing what it says."""

import json
import tomllib

import jsonschema
import pytest

from slimdeploy.config.editing import set_key
from slimdeploy.config.schema import schema
from slimdeploy.errors import UnreadableFile
from tests.unit.config.test_example import OFF, switched_on

HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


@pytest.mark.parametrize(
    "text",
    [
        '[cluster] # where\ncontext = "prod"  # the name\n\n# end\n',
        'cluster.context = "prod"\n[app]\nname = "x"\n',
        'cluster = { context = "prod" }\n',
        '[cluster]\ncontext = "prod"\nexpect = "0000"   # old\n[deploy]\nreplicas = 3\n',
        '[app]\r\nname = "x"\r\n[cluster]\r\ncontext = "prod"\r\n',
        '[profiles.staging]\ncluster.context = "s"\n[cluster]\ncontext = "prod"',
    ],
)
def test_one_key_is_set_and_everything_else_stays(tmp_path, text):
    file = tmp_path / "slim.toml"
    file.write_bytes(text.encode())
    file.chmod(0o640)
    assert set_key(file, ("cluster", "expect"), HASH)
    after = file.read_bytes().decode()
    wanted = tomllib.loads(text)
    wanted["cluster"]["expect"] = HASH
    assert tomllib.loads(after) == wanted
    assert [line for line in text.splitlines() if "#" in line and "expect" not in line and line not in after] == []
    assert file.stat().st_mode & 0o777 == 0o640
    assert not set_key(file, ("cluster", "expect"), HASH), "the second time nothing is written"
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize(
    "text",
    [
        '[profiles.staging]\ncluster.context = "s" # x\ndeploy.replicas = 1\n',
        '[profiles.staging.cluster]\ncontext = "s"\n',
    ],
)
def test_a_profile_gets_its_own(tmp_path, text):
    file = tmp_path / "slim.toml"
    file.write_text(text)
    assert set_key(file, ("profiles", "staging", "cluster", "expect"), HASH)
    assert tomllib.loads(file.read_text())["profiles"]["staging"]["cluster"] == {"context": "s", "expect": HASH}


def test_a_link_stays_one(tmp_path):
    real, link = tmp_path / "real.toml", tmp_path / "slim.toml"
    real.write_text('[cluster]\ncontext = "x"\n')
    link.symlink_to(real)
    assert set_key(link, ("cluster", "expect"), HASH)
    assert link.is_symlink()
    assert HASH in real.read_text()


def test_what_cannot_be_edited_is_left_alone(tmp_path):
    file = tmp_path / "slim.toml"
    file.write_text('cluster = "a string"\n')
    with pytest.raises(UnreadableFile, match="cannot be edited safely"):
        set_key(file, ("cluster", "expect"), HASH)
    assert file.read_text() == 'cluster = "a string"\n'


@pytest.fixture(scope="module")
def validator():
    found = schema()
    jsonschema.Draft7Validator.check_schema(found)
    return jsonschema.Draft7Validator(found)


@pytest.mark.parametrize("number", OFF)
def test_the_schema_takes_every_line_of_the_example(validator, number):
    document = json.loads(json.dumps(tomllib.loads(switched_on(number)), default=str))
    assert [error.message for error in validator.iter_errors(document)] == []


@pytest.mark.parametrize(
    "text",
    ["app.prot = 1", 'app.port = "8080"', "nothing = {}", "profiles.x.app.prot = 1", "[cluster]\ndelivery = 'x'"],
)
def test_the_schema_refuses_what_the_reader_refuses(validator, text):
    assert list(validator.iter_errors(tomllib.loads(text)))


def test_a_profile_needs_no_context(validator):
    assert not list(validator.iter_errors({"profiles": {"x": {"cluster": {"namespace": "y"}}}}))
