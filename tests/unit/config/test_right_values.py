"""What is right is taken; what is wrong comes with what to write instead."""

import pytest

ACCEPTED = [
    'app.name = "a"',
    f'app.name = "{"a" * 43}"',
    "app.port = 0x1f90",
    "app.port = 8_080",
    'static.ldflags = ["-s", "-X main.v=a b", "-X github.com/a-b/c.Version=$1"]',
    "static.ldflags = []",
    'static.cgo = "static"',
    'static.without_cgo = ["github.com/mattn/go-sqlite3", "gopkg.in/x.v1", "shop/native"]',
    'build.main = "."',
    'build.main = "./cmd/server"',
    'build.tags = ["netgo", "go1.26"]',
    'build.platforms = ["linux/arm/v7"]',
    'build.platforms = ["linux/amd64", "linux/arm64", "linux/arm/v6", "linux/arm/v7"]',
    'build.platforms = "cluster"',
    'build = { strategy = "base", base_image = "debian" }',
    'build = { strategy = "builder", builder_image = "golang:1.26" }',
    'build = { strategy = "builder", builder_image = "localhost:5000/go", base_image = "a.example/b@sha256:'
    + "0" * 64
    + '" }',
    'build = { strategy = "scratch", builder_image = "golang:1.26" }',
    'image.repository = "localhost/x"',
    'image.repository = "127.0.0.1:5000/a/b_c/d-e.f"',
    'image.tag = "v{version}-x"',
    "image.user = 2147483647",
    "deploy.replicas = 0",
    'deploy.timeout = "1h30m"',
    'deploy.resources = { cpu = "1.5", memory = "1G" }',
    'schedule.cron = "*/15 0-6,12 29 2 *"',
    'schedule.cron = "0 0 31 2 mon"',
    'schedule.cron = "0 0 * Jan-Mar fri"',
    'cluster.context = "arn:aws:eks:eu-west-1:1:cluster/x"',
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_is_right_is_taken(read, text):
    read(text)


HINTS = [
    ('app.name = "My_App"', 'such as "my-app"'),
    ('app.port = "8080"', "remove the quotes"),
    ("app.port = 8080.0", "write 8080"),
    ("app.port = 80", "use 8080"),
    ("app.env.A = 1e3", 'quote it: "1e3"'),
    ('app.args = "x"', 'write ["x"]'),
    ('deploy.resources.memory = "64m"', 'did you mean "64Mi"?'),
    ('deploy.resources.cpu = "500M"', 'did you mean "500m"?'),
    ('image.repository = "Docker.io/Me"', 'did you mean "docker.io/me"?'),
    ('image.tag = "1+build5"', 'did you mean "1_build5"?'),
    ('build.main = "cmd/x"', 'did you mean "./cmd/x"?'),
    ('build.platforms = ["aarch64"]', 'did you mean "linux/arm64"?'),
    ('schedule.cron = "@daily"', 'write "0 0 * * *"'),
    ('app.ports = ["x"]', 'such as { name = "http", port = 8080 }'),
    ('static.trimpath = "true"', "remove the quotes"),
]


@pytest.mark.parametrize(("text", "hint"), HINTS)
def test_the_hint_is_what_to_write(problem, text, hint):
    assert problem(text).hint == hint
