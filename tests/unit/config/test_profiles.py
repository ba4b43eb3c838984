"""Profiles: how they merge, which problems they have, and where those are."""

import pytest

from slimdeploy.config.app import Health
from slimdeploy.config.settings import settings

TEXT = """\
[app]
env = { A = "x" }
args = ["one", "two"]
health = { http = "/x" }
[deploy]
replicas = 3
resources.cpu = "200m"
[profiles.staging]
app.health = { grpc = true }
app.env.B = "y"
app.args = ["three"]
deploy.replicas = 1
[profiles.production.cluster]
context = "prod"
[profiles.production.deploy.resources]
memory = "1Gi"
"""


def test_without_a_profile(read):
    config = read(TEXT)
    assert (config.app.env, config.deploy.replicas, config.cluster) == ({"A": "x"}, 3, None)


def test_tables_merge_and_the_rest_is_replaced(read):
    config = read(TEXT, "staging")
    assert config.app.env == {"A": "x", "B": "y"}
    assert config.app.args == ("three",)
    assert config.app.health == settings(Health(kind="grpc"))
    assert (config.deploy.replicas, config.deploy.resources.cpu) == (1, "200m")


def test_new_tables(read):
    config = read(TEXT, "production")
    assert config.cluster
    assert (config.cluster.context, config.deploy.replicas) == ("prod", 3)
    assert (config.deploy.resources.cpu, config.deploy.resources.memory) == ("200m", "1Gi")


@pytest.mark.parametrize(("under", "over"), [("port = 9000", "ports = []"), ("ports = []", "port = 9000")])
def test_a_profile_may_choose_the_alternative(read, under, over):
    app = read(f"app.{under}\n[profiles.x]\napp.{over}\n", "x").app
    assert (app.port, app.ports) == ((None, ()) if over == "ports = []" else (9000, None))


@pytest.mark.parametrize(
    ("name", "said", "hint"),
    [
        ("stagin", 'no profile "stagin"; did you mean "staging"?', "there are: production, staging"),
        ("x", 'no profile "x"', "there are: production, staging"),
    ],
)
def test_a_profile_that_does_not_exist(problem, name, said, hint):
    found = problem(TEXT, name)
    assert (found.line, found.column, found.code) == (8, 2, "unknown-profile")
    assert (found.message, found.hint) == (f"profiles: {said}", hint)


def test_no_profiles_at_all(problem):
    found = problem("app.port = 8080", "staging")
    assert (found.line, found.column, found.hint, found.source) == (1, 1, "the file has no profiles", "")


@pytest.mark.parametrize("chosen", [None, "staging", "production"])
def test_every_profile_is_checked(problems, chosen):
    found = problems(TEXT + 'cpu = 5\n[profiles.production.image]\nuser = "root"\nusr = 1\n', chosen)
    assert [(each.line, each.column, each.message) for each in found] == [
        (17, 7, "profiles.production.deploy.resources.cpu: expected a string, got an integer"),
        (
            19,
            8,
            'profiles.production.image.user: expected an integer from 1 to 2147483647, got the string "root"',
        ),
        (20, 1, 'profiles.production.image.usr: unknown key; did you mean "user"?'),
    ]


@pytest.mark.parametrize("chosen", [None, "staging", "production"])
def test_a_common_problem_is_reported_once(problem, chosen):
    assert problem('image.user = "root"\n' + TEXT, chosen).line == 1


def test_a_problem_is_reported_even_if_a_profile_hides_it(problem):
    assert problem('app.port = "1"\n[profiles.a]\napp.port = 8080', "a").message.startswith(
        "app.port: expected an integer"
    )


PARTS = '[cluster]\nnamespace = "x"\n[profiles.a]\ncluster.context = "y"\n[profiles.b]\ndeploy.replicas = 1\n'


def test_what_is_missing_may_come_from_the_chosen_profile(read, problem):
    config = read(PARTS, "a")
    assert config.cluster
    assert (config.cluster.context, config.cluster.namespace) == ("y", "x")
    assert problem(PARTS).message == problem(PARTS, "b").message == "cluster.context: is needed"


def test_two_tables_that_only_together_are_wrong(problem):
    found = problem("app.ports = []\n[profiles.a]\napp.health = '/x'\n")
    assert (found.line, found.column) == (3, 5)
    assert found.message == "profiles.a.app.health: an app without ports cannot be asked"


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        ("profiles = 5", 1, 12, "profiles: expected a table of profiles"),
        ("[[profiles]]\na = 1", 1, 3, "profiles: expected a table of profiles"),
        ("profiles.a = 5", 1, 14, "profiles.a: expected a table"),
        ('profiles."a b" = {}', 1, 10, 'profiles."a b": a profile\'s name has at most'),
        ("profiles.a.profiles.b = {}", 1, 12, "profiles.a.profiles: a profile cannot hold profiles"),
        ("profile.a = {}", 1, 1, 'profile: unknown table; did you mean "profiles"?'),
        ("".join(f"[profiles.p{number}]\n" for number in range(51)), 1, 2, "profiles: at most 50 profiles"),
    ],
)
def test_misshapen_profiles(problem, text, line, column, said):
    found = problem(text)
    assert (found.line, found.column) == (line, column)
    assert found.message.startswith(said)
