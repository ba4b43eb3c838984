"""What slim.toml says about secrets, files, scaling, exposure, processes, jobs and patches, and gets wrong."""

import pytest

ROWS = [
    ('app.secrets.X = "hunter2"', "app.secrets.X: expected one source: from_env, from_file or existing", 13),  # 32
    ("app.secrets.X = {}", "app.secrets.X: expected one source: from_env, from_file or existing", 13),
    ('app.secrets.X = { from_env = "A", existing = "b/c" }', "app.secrets.X.existing: one source only", 35),
    ('app.secrets.X = { from_command = ["x"] }', "app.secrets.X.from_command: no command is run for a value", 19),  # 34
    ('app.secrets.X = { from_fil = "a" }', 'app.secrets.X.from_fil: unknown key; did you mean "from_file"?', 19),
    ('app.secrets.X = { from_file = "../a" }', "app.secrets.X.from_file: leaves the project", 31),  # 33
    ('app.secrets.X = { from_file = "/etc/shadow" }', "app.secrets.X.from_file: must be inside the project", 31),
    ('app.secrets.X = { existing = "name" }', "app.secrets.X.existing: expected a Secret and a key in it", 30),
    ('app.secrets."A B" = { from_env = "A" }', "app.secrets.\"A B\": a name has letters, digits and '_'", 13),
    ('app = { env = { A = "x" }, secrets = { A = { from_env = "A" } } }', "app.secrets.A: also in app.env, line 1", 40),
    ('app.env.DB_PASSWORD = "x"', "app.env.DB_PASSWORD: looks like a secret (value not shown)", 9),  # 30
    ('app.config = [{ from = "a", to = "/b" }, { from = "c", to = "/b" }]', "app.config[1].to: another file is", 61),
    ('app.config = [{ from = "a", to = "b" }]', "app.config[0].to: must be an absolute path", 34),
    ('app.config = [{ from = "../a", to = "/b" }]', "app.config[0].from: leaves the project", 24),
    ('app.config = [{ from = "a", to = "/etc/passwd" }]', "app.config[0].to: /etc/passwd cannot be replaced", 34),
    ('app.kind = "batch"', 'app.kind: expected "service", "job" or "cron"', 12),
    ('app = { kind = "job", port = 8080 }', "app.port: only a service listens", 23),
    ('app.kind = "cron"', 'app.kind: "cron" needs a schedule', 12),
    ('deploy.job.schedule = "* * * * *"', 'deploy.job: only app.kind = "cron" has a schedule', 8),
    ('deploy.job.time_zone = "Mars/Base"', "deploy.job.time_zone: unknown time zone", 24),  # 59
    ('deploy.job.time_zone = "../etc"', "deploy.job.time_zone: unknown time zone", 24),
    ('deploy = { replicas = 3, autoscale = { min = 1, max = 2 } }', "deploy.replicas: remove it, autoscale", 12),  # 20
    ("deploy.autoscale = { min = 3, max = 2 }", "deploy.autoscale.max: less than min, 3", 37),
    ("deploy.autoscale = { min = 0, max = 2 }", "deploy.autoscale.min: expected an integer from 1 to 1000", 28),
    ("deploy.autoscale = { max = 2 }", "deploy.autoscale.min: is needed", 8),
    ('deploy.resources = { cpu = "2", cpu_limit = "1" }', "deploy.resources.cpu_limit: less than what is reserved", 45),
    ('deploy.expose = { host = "http://x" }', "deploy.expose.host: expected a host name in lower case", 26),
    ('deploy.expose = { host = "10.0.0.1" }', "deploy.expose.host: expected a host name in lower case", 26),
    ('deploy.expose = { host = "x.io", gateway = "g", class = "n" }', "deploy.expose.class: a Gateway decides", 49),
    ('app.ports = []\ndeploy.expose.host = "x.io"', "deploy.expose: an app without a TCP port cannot be exposed", 8),
    ('deploy.network_policy = { egress = ["10.0.0.0/99"] }', "deploy.network_policy.egress[0]: not a CIDR", 37),
    ('deploy.labels = { "app.kubernetes.io/name" = "x" }', "deploy.labels.\"app.kubernetes.io/name\": ", 19),  # 48
    (f'deploy.labels = {{ x = "{"a" * 64}" }}', "deploy.labels.x: at most 63 of letters", 23),  # 49
    ('deploy.labels = { "a/b/c" = "x" }', 'deploy.labels."a/b/c": a key is [prefix/]name', 19),
    ('deploy.annotations = { "kubectl.kubernetes.io/last-applied-configuration" = "" }', "deploy.", 24),  # 50
    (f'deploy.annotations = {{ x = "{"a" * 262_144}" }}', "deploy.annotations: 262,145 bytes, at most 262,144", 22),
    ('deploy.volumes = [{ name = "a", path = "/" }]', "deploy.volumes[0].path: / is there already", 40),
    ('deploy.volumes = [{ name = "tmp", path = "/x" }]', "deploy.volumes[0].name: at most 63 of a-z", 28),
    ('deploy.drain = "1.5s"', "deploy.drain: whole seconds only", 16),
    ('app.health = { readiness = "/x", liveness = "/x" }', "app.health.liveness: the same as readiness", 34),  # 57
    ('app.health = { readiness = { period = "0s" } }', "app.health.readiness.period: expected from 1s to 24h", 39),
    ('app.health = { liveness = { exec = ["x"] } }', "app.health.liveness.exec: a scratch image has no shell", 29),
    ('app.ports = [{ name = "a", port = 8080 }, { name = "b", port = 8080 }]', "app.ports[1].port: 8080/TCP", 64),
    ("processes.worker = {}", "processes.worker.args: is needed", 11),
    ('processes.migrate = { args = ["x"] }', 'processes.migrate: "migrate" is reserved', 11),
    ('processes.Worker = { args = ["x"] }', "processes.Worker: at most 15 of a-z", 11),
    ('processes.w = { args = ["x"], health = "/x" }', "processes.w.health: a process without ports", 31),
    ('app.secrets.A.from_env = "A"\nprocesses.w = { args = [], env.A = "x" }', "processes.w.env.A: also in app.s", 32),
    ('processes.w = { args = ["x"], prot = 1 }', 'processes.w.prot: unknown key; did you mean "ports"?', 31),
    ('patch = [{ kind = "Pod", ops = [] }]', 'patch[0].kind: slimdeploy renders no "Pod"', 19),
    ('patch = [{ kind = "Job", ops = [{ op = "add", path = "x" }] }]', "patch[0].ops[0].path: expected a JSON", 54),
    ('patch = [{ kind = "Job", ops = [{ op = "add", path = "/x" }] }]', "patch[0].ops[0]: add needs a value", 33),
    ('patch = [{ kind = "Job", ops = [{ op = "add", path = "/x", value = 2020-01-01}] }]', "patch[0].ops[0].value", 68),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said", "column"), ROWS, ids=[text[:60] for text, _, _ in ROWS])
def test_what_is_wrong_is_pointed_at(problem, text, said, column):
    found = problem(text)
    assert found.message.startswith(said), found
    assert found.column == column
    assert "hunter2" not in str(found)


def test_the_words_of_json_patch_that_a_patch_has_not_are_not_taken_for_others(problem):
    head = 'patch = [{ kind = "Job", ops = [{'
    moved = problem(f'{head} op = "move", path = "/b" }}] }}]')
    assert moved.message == 'patch[0].ops[0].op: expected "add", "remove" or "replace", got the string "move"'
    assert problem(f'{head} op = "remove", from = "/a", path = "/b" }}] }}]').message.endswith(".from: unknown key")


@pytest.mark.parametrize(
    "text",
    [
        'app = { env = { API_TOKEN = "x" }, env_allow = ["API_TOKEN"] }',
        'app.ports = [{ name = "a", port = 8080 }, { name = "b", port = 8080, protocol = "UDP" }]',  # 17
        'app.health = { liveness = { http = "/l", period = "5s", timeout = "1s", failure_threshold = 3 } }',
        'app.kind = "job"\ndeploy.job.backoff_limit = 0',
        'deploy.expose = { host = "*.example.com", gateway = "infra/public" }',
    ],
)
def test_what_is_right_is_taken(read, text):
    read(text)


def test_a_profile_may_choose_another_way(read):
    text = "deploy.replicas = 3\n[profiles.x]\ndeploy.autoscale = { min = 2, max = 4 }\n"
    assert read(text, "x").deploy.autoscale.most == 4
    text = 'app.secrets.A = { from_env = "A" }\n[profiles.x]\napp.secrets.A = { existing = "a/b" }\n'
    assert read(text, "x").app.secrets["A"].from_env is None
