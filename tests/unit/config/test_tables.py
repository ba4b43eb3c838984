"""Tables that do not fit together, variables, health checks, and keys that do not exist."""

import pytest


def seen(found):
    return [(each.line, each.column, each.message) for each in found]


def test_port_and_ports_are_alternatives(problems):  # 20, in kind
    found = problems('[app]\nport = 8080\nports = []\nhealth = "/x"\n')
    assert seen(found) == [
        (3, 1, "app.ports: use either port (line 2) or ports, not both"),
    ]


def test_two_ports_with_one_number(problem):  # 16
    found = problem('[[app.ports]]\nname = "a"\nport = 8080\n[[app.ports]]\nname = "b"\nport = 8080\n')
    assert (found.line, found.column) == (6, 8)
    assert found.message == "app.ports[1].port: 8080/TCP already at line 3"


def test_two_ports_with_one_name(problem):
    found = problem('app.ports = [\n{ name = "a", port = 8080 },\n{ name = "a", port = 8081 }]\n')
    assert (found.line, found.column, found.message) == (3, 10, 'app.ports[1].name: "a" already at line 2')


@pytest.mark.parametrize("name", ["HTTP", "http--x", "abcdefghijklmnop", "8080", "-a", ""])  # 18
def test_port_names(problem, name):
    found = problem(f'app.ports = [{{ name = "{name}", port = 8080 }}]\n')
    assert (found.column, found.path) == (23, "app.ports[0].name")
    assert found.message == "app.ports[0].name: at most 15 of a-z, 0-9 and '-', with a letter"


def test_a_port_needs_a_number(problem):
    found = problem('app.ports = [{ name = "a" }]')
    assert (found.column, found.message) == (14, "app.ports[0].port: is needed")


def test_a_worker_has_no_health(problem):
    found = problem('[app]\nports = []\nhealth = "/x"\n')
    assert (found.line, found.column, found.message) == (3, 1, "app.health: an app without ports cannot be asked")


@pytest.mark.parametrize(
    ("value", "kind", "path"),
    [
        ('"/"', "http", "/"),
        ('{ http = "/x?y=1" }', "http", "/x?y=1"),
        ("{ tcp = true }", "tcp", None),
        ("{ grpc = true }", "grpc", None),
    ],
)
def test_spellings_of_health(read, value, kind, path):
    health = read(f"app.health = {value}").app.health
    assert (health.kind, health.path) == (kind, path)


@pytest.mark.parametrize(
    ("value", "column", "said"),
    [
        ('{ exec = ["sh"] }', 16, "app.health.exec: a scratch image has no shell; use http, grpc or tcp"),  # 55
        ('{ host = "10.0.0.1" }', 16, "app.health.host: not allowed by Pod Security baseline"),  # 56
        ('{ http = "x" }', 23, "app.health.http: must start with one '/', and have no spaces or control characters"),
        ("{ http = 5 }", 23, "app.health.http: expected a path"),
        ("{ tcp = false }", 22, "app.health.tcp: expected true"),
        ("{ tcp = true, grpc = true }", 28, "app.health.grpc: choose one of http, tcp and grpc"),
        ('{ htpp = "/" }', 16, 'app.health.htpp: unknown key; did you mean "http"?'),
    ],
)
def test_health_tables(problem, value, column, said):
    found = problem(f"app.health = {value}")
    assert (found.column, found.message) == (column, said)


VARIABLES = [
    ("FLAG = false", 8, 'app.env.FLAG: expected a string, got a boolean, quote it: "false"'),  # 21
    ("N = 1e3", 5, 'app.env.N: expected a string, got a float, quote it: "1e3"'),
    ("D = 2001-01-01", 5, 'app.env.D: expected a string, got a date or time, quote it: "2001-01-01"'),
    (r'A = "a\u0000b"', 5, "app.env.A: character U+0000 not allowed, "),  # 23
    (r'A = "\u001b[1m"', 5, "app.env.A: character U+001B not allowed, "),  # 68
    ('"A=B" = "x"', 1, "app.env.\"A=B\": a name has letters, digits and '_' and does not start with a digit, "),  # 25
    ('1A = "x"', 1, "app.env.1A: a name has letters, digits and '_' and does not start with a digit, "),
    ('"" = "x"', 1, "app.env.\"\": a name has letters, digits and '_' and does not start with a digit, "),
    ('LD_PRELOAD = "x"', 1, "app.env.LD_PRELOAD: refused: it has no effect in a static binary, remove it"),  # 26
    ('A = "$(B)"', 5, 'app.env.A: "$(B)" would be expanded by Kubernetes, write "$$(B)"'),  # 27
    (
        'A = "${HOME}"',
        5,
        'app.env.A: interpolation is off: "${HOME}" would arrive as it is, write the value itself',
    ),  # 28
    ('A = "{{ .X }}"', 5, 'app.env.A: interpolation is off: "{{ .X }}" would arrive as it is, write the value itself'),
    (f'A = "{"x" * 131_073}"', 5, "app.env.A: 131,073 bytes, at most 131,072, "),  # 31
]


@pytest.mark.parametrize(("line", "column", "said"), VARIABLES, ids=[line[:30] for line, *_ in VARIABLES])
def test_variables(problem, line, column, said):
    found = problem(f"[app.env]\n{line}\n")
    assert (found.line, found.column) == (2, column)
    assert f"{found.message}, {found.hint}" == said


@pytest.mark.parametrize("value", ["no", "1e3", "0x1f", "0o17", "y", "~", "12:30:45", "", "x\r\ny", "\t😀\u2028\x85\r"])
def test_variables_are_taken_literally(read, value):  # 22, 24
    written = "".join(f"\\U{ord(each):08x}" for each in value)
    assert read(f'app.env.A = "{written}"').app.env == {"A": value}


@pytest.mark.parametrize(
    ("written", "value"), [("$$(B)", "$(B)"), ("$$$(B)", "$$(B)"), ("a$$b", "a$$b"), ("$(", "$("), ("$x", "$x")]
)
def test_dollars(read, written, value):
    config = read(f'app = {{ env = {{ A = "{written}" }}, args = ["{written}"] }}')
    assert (config.app.env["A"], config.app.args) == (value, (value,))


def test_many_variables(problem):  # 31
    found = problem("[app.env]\n" + "".join(f'V{number} = ""\n' for number in range(1001)))
    assert (found.line, found.message) == (1, "app.env: at most 1000 entries")


@pytest.mark.parametrize(
    ("text", "line", "column", "said"),
    [
        (
            'context = "x"\nnamespace = "kube-system"',
            3,
            13,
            'namespace: "kube-system" belongs to the cluster itself',
        ),  # 12
        ('context = "x"\nnamespace = "A"', 3, 13, "namespace: use lower case letters, digits and '-'"),
        ('context = "x"\nnamespace = ""', 3, 13, "namespace: must start and end with a letter or digit"),
        ('context = "x"\nexpect = "7C0F"', 3, 10, "expect: expected 64 hexadecimal digits in lower case"),
        ('context = "x"\ncreate = "yes"', 3, 10, 'create: expected true or false, got the string "yes"'),
        ('context = ""', 2, 11, "context: must not be empty"),
        (r'context = "a\nb"', 2, 11, "context: line break not allowed"),
        (r'context = "a\u001b"', 2, 11, "context: character U+001B not allowed"),
        ('namespace = "x"', 1, 2, "context: is needed"),
    ],
)
def test_cluster(problem, text, line, column, said):
    found = problem(f"[cluster]\n{text}")
    assert (found.line, found.column, found.message) == (line, column, f"cluster.{said}")


def test_the_app_is_the_default_namespace(problem):
    found = problem('app.name = "kube-x"\ncluster.context = "x"\n')
    assert (found.line, found.message) == (2, 'cluster: namespace "kube-x" belongs to the cluster itself')


UNKNOWN = [  # 61, 63
    ("prot = 8080", 'prot: unknown key; did you mean "app.port"?'),
    ("replicas = 2", 'replicas: unknown key; "replicas" belongs under [deploy]'),
    ("cpu = 1", 'cpu: unknown key; "cpu" belongs under [deploy.resources]'),
    ("k8s = {}", 'k8s: unknown table; did you mean "cluster"?'),
    ("App = {}", 'App: unknown table; did you mean "app"?'),
    ("app.Name = 1", 'app.Name: unknown key; did you mean "name"?'),
    ("app.nmae = 1", 'app.nmae: unknown key; did you mean "name"?'),
    ("imgae = {}", 'imgae: unknown table; did you mean "image"?'),
    ("app.enviroment = 1", 'app.enviroment: unknown key; did you mean "env"?'),
    ("app.environment = {}", 'app.environment: unknown table; did you mean "env"?'),
    ("app.envs = {}", 'app.envs: unknown table; did you mean "env"?'),
    ("app.docker = 1", 'app.docker: unknown key; did you mean "image.repository"?'),
    ("image.repo = 1", 'image.repo: unknown key; did you mean "repository"?'),
    ("image.registry = 1", 'image.registry: unknown key; did you mean "repository"?'),
    ("image.image = 1", 'image.image: unknown key; did you mean "repository"?'),
    ("image.replica = 1", 'image.replica: unknown key; did you mean "deploy.replicas"?'),
    ("app.cluster = {}", "app.cluster: unknown table; [cluster] belongs at the top"),
    ("build.env.GOFLAGS = 1", "build.env: unknown table"),  # 42: its hint has a test of its own
    ("static.ld_flags = 1", 'static.ld_flags: unknown key; did you mean "ldflags"?'),
    ("app.zzz = 1", "app.zzz: unknown key"),
    (r'"\u001b[31m" = 1', r'"\u001b[31m": unknown key'),
]


@pytest.mark.parametrize(("text", "said"), UNKNOWN)
def test_unknown_keys(problem, text, said):
    found = problem(text)
    name = text.split(" =", maxsplit=1)[0].removesuffix(".GOFLAGS")
    assert found.message == said
    assert found.column == (name.rfind(".") + 2 if not name.startswith('"') else 1)


LATER = ["schedule.via"]


@pytest.mark.parametrize("key", LATER)
def test_keys_of_later_work_are_not_ignored(problem, key):
    table = key.partition(".")[0]
    other = 'cluster.context = "x"\n' if table == "cluster" else ""
    assert "unknown" in problem(f'{other}{key} = ""').message


IMAGES = [
    ('strategy = "builder"', 12, 'strategy: needs build.builder_image, such as builder_image = "golang:1.26"'),
    ('builder_image = "golang"', 1, 'builder_image: is not used, write strategy = "builder"'),
    ('base_image = "debian"', 1, 'base_image: is not used, write strategy = "base"'),
]


@pytest.mark.parametrize(("text", "column", "said"), IMAGES)
def test_strategies_and_their_images(problem, text, column, said):
    found = problem(f"[build]\n{text}")
    assert (found.line, found.column) == (2, column)
    assert f"{found.message}, {found.hint}" == f"build.{said}"


@pytest.mark.parametrize(
    ("image", "said"),
    [
        ("docker://golang", '"docker://" prefix not allowed'),
        ("golang@sha256:12", "expected @sha256: and 64 hexadecimal digits"),
        ("Golang", "must be lower case"),
        ("golang:a b", '"a b" is not a tag'),
        ("golang:", '"" is not a tag'),
        ("", '"" is not a part of a repository'),
        ("scratch", '"scratch" is no image'),
        ("user:pw@registry.example.com/x", "expected @sha256: and 64 hexadecimal digits"),
        ("localhost:99999/x", '"99999" is not a port'),
    ],
)
def test_images_that_are_none(problem, image, said):
    found = problem(f'[build]\nstrategy = "base"\nbase_image = "{image}"')
    assert (found.line, found.column, found.message) == (3, 14, f"build.base_image: {said}")


@pytest.mark.parametrize("written", ["build.env.GOFLAGS = 1", "static.environment = {}", "build.env_vars = []"])
def test_variables_for_go_are_not_the_apps(problem, written):
    found = problem(written)
    assert "GOFLAGS" in found.hint
    assert "belongs under" not in found.message
