"""What examples/shop asks for on the local target: secrets, files, a worker, a migration, and the way back."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Project, Result
from tests.e2e.test_verbs import running
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).parents[2]
VALUE = "postgres://hunter2@db"
TOML = """[app]
name = "{name}"
health = "/api/"
config = [{{ from = "config.yaml", to = "/etc/shop/config.yaml" }}]
secrets.DB_URL = {{ from_env = "SHOP_DB_URL" }}
secrets.SMTP_PASSWORD = {{ from_env = "SMTP_PASSWORD" }}
[deploy]
volumes = [{{ name = "cache", path = "/var/cache/shop", size = "16Mi" }}]
migrate = {{ args = ["migrate"], timeout = "1m" }}
[processes.worker]
args = ["worker"]
env = {{ QUEUE = "orders" }}
"""


@pytest.fixture
def shop(project: Project, local_name: str, port: int) -> Iterator[Project]:
    shutil.copytree(ROOT / "examples/shop", project.folder, dirs_exist_ok=True)
    project.write(slim__toml=TOML.format(name=local_name))
    project.environment |= {"SLIMDEPLOY_PUBLISH": str(port), "SHOP_DB_URL": VALUE, "SMTP_PASSWORD": "two\nlines"}
    yield project
    project.slimdeploy("down")


def containers(name: str) -> dict[str, Any]:
    found = subprocess.run(
        ["podman", "ps", "--all", "--format=json", f"--filter=name=^slimdeploy-{name}"], capture_output=True, check=True
    )
    return {each["Names"][0].removeprefix(f"slimdeploy-{name}"): each for each in json.loads(found.stdout)}


def get(result: Result) -> str:
    with urllib.request.urlopen(result.stdout.strip(), timeout=PATIENCE) as answer:
        return str(answer.read().decode())


def edit(project: Project, file: str, old: str, new: str) -> None:
    path = project.folder / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))


def command_lines_with(text: str, process: subprocess.Popen[str]) -> list[str]:
    """Of all processes, as long as this one runs."""
    found = []
    while process.poll() is None:
        for each in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                line = each.read_bytes()
            except OSError:
                continue
            if text.encode() in line and each.parent.name != str(os.getpid()):
                found.append(line.decode(errors="replace"))
    return found


def test_the_whole_shop_and_the_way_back(shop: Project, local_name: str) -> None:
    starting = shop.start("up")
    assert command_lines_with("hunter2", starting) == []
    stdout, stderr = starting.communicate()
    first = Result(starting.returncode, stdout, stderr)
    assert first.code == 0, first
    assert "hunter2" not in stdout + stderr
    assert get(first) == f"currency: EUR\n{len(VALUE)} {len('two-lines')}\n"
    there = containers(local_name)
    assert {name: each["State"] for name, each in there.items()} == {
        "": "running", "-worker": "running", "-migrate": "exited",
    }  # fmt: skip
    assert "hunter2" not in json.dumps(there)
    assert "nothing changed: 2 ready on local" in shop.up().stderr
    assert containers(local_name)[""]["Id"] == there[""]["Id"]
    content_and_a_crash(shop, local_name)


def content_and_a_crash(shop: Project, local_name: str) -> None:
    edit(shop, "config.yaml", "EUR", "CHF")
    assert get(shop.up()).startswith("currency: CHF\n")
    good = containers(local_name)[""]["Id"]
    edit(shop, "main.go", 'fmt.Println("listening")', 'panic("no database")')
    result = shop.slimdeploy("up")
    assert result.code == 86, result
    assert "panic: no database" in result.stderr
    assert "rolled back" in result.stderr
    there = containers(local_name)
    assert (there[""]["Id"], there[""]["State"], set(there)) == (good, "running", {"", "-worker", "-migrate"})
    edit(shop, "main.go", 'panic("no database")', 'fmt.Println("listening")')
    edit(shop, "slim.toml", '[processes.worker]\nargs = ["worker"]\nenv = { QUEUE = "orders" }\n', "")
    assert get(shop.up()) == f"currency: CHF\n{len(VALUE)} {len('two-lines')}\n", "what was put back can write, too"
    assert set(containers(local_name)) == {"", "-migrate"}
    assert shop.slimdeploy("down").code == 0
    assert containers(local_name) == {}


def test_status_and_logs_of_every_program(shop: Project, local_name: str) -> None:
    shop.up()
    main, worker, migrate = (f"slimdeploy-{local_name}{each}" for each in ("", "-worker", "-migrate"))
    shown = shop.slimdeploy("status").stdout
    assert f"2/2 ready ({local_name} 1/1, worker 1/1)" in shown
    assert re.search(rf"\n  {migrate}  succeeded  \d+[sm]\S* ago  took \d+[sm]\S*\n", shown), shown
    lines = [json.loads(line) for line in shop.slimdeploy("logs", "-o", "json").stdout.splitlines()]
    assert [each["pod"] for each in lines] == [migrate, main, worker], "in the order of time"
    assert [each["time"] for each in lines] == sorted(each["time"] for each in lines)
    assert shop.slimdeploy("logs", "--process", "worker").stdout == "works through orders\n"
    assert shop.slimdeploy("logs", "--process", "x").code == 64
    before = {name: each["Id"] for name, each in containers(local_name).items()}
    started = {name: each["StartedAt"] for name, each in containers(local_name).items()}
    with running(shop, "logs", "-f") as (process, followed):
        until("what was printed", lambda: len(followed) == 3)
        assert shop.slimdeploy("restart", "--process", "worker").code == 0
        until("the second run", lambda: followed.count(f"{worker}{' ' * 3}works through orders\n") == 2)
        now = containers(local_name)
        assert {name: each["Id"] for name, each in now.items()} == before
        assert now[""]["StartedAt"] == started[""], "only one was started again"
        edit(shop, "slim.toml", "orders", "mails")
        shop.up()
        until("the new container", lambda: f"{worker}{' ' * 3}works through mails\n" in followed)
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE) == 130
    assert len(followed) == 5, followed


def test_a_follower_that_is_killed_leaves_no_process(shop: Project, local_name: str) -> None:
    shop.up()
    ids = [each["Id"].encode() for each in containers(local_name).values()]
    with running(shop, "logs", "-f") as (process, lines):
        until("all of it", lambda: len(lines) == 3)
        until("the migration has ended", lambda: len(following(ids)) == 2)
        process.kill()
        process.wait()
        until("podman has gone, too", lambda: not following(ids))


def following(ids: list[bytes]) -> list[bytes]:
    """The command lines that follow the log of one of these containers."""
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            line = each.read_bytes()
            found += [line] if b"\0logs\0-f\0" in line and any(one in line for one in ids) else []
    return found


def test_a_migration_that_fails_changes_nothing(shop: Project, local_name: str) -> None:
    edit(shop, "slim.toml", "[deploy]", 'env = { BROKEN = "1" }\n[deploy]')
    result = shop.slimdeploy("up")
    assert result.code == 87, result
    assert "table orders is locked" in result.stderr
    assert set(containers(local_name)) == {"-migrate"}


def test_a_job_is_run_to_its_end_once(shop: Project, local_name: str) -> None:
    shop.environment.pop("SLIMDEPLOY_PUBLISH")
    shop.write(slim__toml=f'[app]\nname = "{local_name}"\nkind = "job"\nargs = ["migrate"]\n')
    assert "run to its end" in shop.up().stderr
    before = containers(local_name)[""]["Id"]
    assert "nothing changed" in shop.up().stderr
    assert containers(local_name)[""]["Id"] == before
    assert f"{local_name} on local: job, succeeded\n" in shop.slimdeploy("status").stdout
    assert "ends by itself" in shop.slimdeploy("restart").stderr


def test_run_has_secrets_and_files_too(shop: Project) -> None:
    shop.environment.pop("SLIMDEPLOY_PUBLISH")
    result = shop.slimdeploy("run", "--", "migrate")
    assert result.code == 0, result
    assert "the database is up to date" in result.stdout
