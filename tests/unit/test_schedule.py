"""Redeploys by the clock: the printed lines are read back by the real sh (systemd: tests/tools/test_systemd.py)."""

from __future__ import annotations

import subprocess
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from slimdeploy.artifacts.deploy import Manifests
from slimdeploy.manifests.render import to_yaml
from slimdeploy.schedule import cronjob, crontab, systemd
from slimdeploy.schedule.run import Cron, Run

DAILY = Cron.parse("0 3 * * *")
ODD = ("100%", "a b", "it's", '"', "$HOME", "${PATH}", "`id`", "\\", "%h %%", "#", ";&|", "größe", "*")


def run_of(program: str = "/opt/slimdeploy", *flags: str, environment: tuple[tuple[str, str], ...] = ()) -> Run:
    return Run("hello", (program,), Path("/srv/my project"), flags, environment)


@pytest.mark.parametrize(
    ("cron", "calendar"),
    [
        ("0 3 * * *", ("*-*-* 3:0:00",)),
        ("*/15 * * * *", ("*-*-* *:0/15:00",)),
        ("0 */6 * * *", ("*-*-* 0/6:0:00",)),
        ("5,35 8-18 * * *", ("*-*-* 8..18:5,35:00",)),
        ("0 8-18/2 * * *", ("*-*-* 8..18/2:0:00",)),
        ("0 0 1 * *", ("*-*-1 0:0:00",)),
        ("0 0 */2 * *", ("*-*-1/2 0:0:00",)),
        ("0 0 1 */3 *", ("*-1/3-1 0:0:00",)),
        ("0 0 1 jan,Jul *", ("*-1,7-1 0:0:00",)),
        ("0 0 1 JAN-mar *", ("*-1..3-1 0:0:00",)),
        ("0 0 * * 0", ("Sun *-*-* 0:0:00",)),
        ("0 0 * * 1-5", ("Mon,Tue,Wed,Thu,Fri *-*-* 0:0:00",)),
        ("0 0 * * mon-FRI", ("Mon,Tue,Wed,Thu,Fri *-*-* 0:0:00",)),
        ("0 0 * * sun,6", ("Sun,Sat *-*-* 0:0:00",)),
        ("0 0 * * */2", ("Sun,Tue,Thu,Sat *-*-* 0:0:00",)),
        ("0 0 13 * 5", ("*-*-13 0:0:00", "Fri *-*-* 0:0:00")),
    ],
)
def test_cron_as_systemd_writes_it(cron: str, calendar: tuple[str, ...]) -> None:
    assert systemd.on_calendar(Cron.parse(cron)) == calendar


def run_by_cron(line: str, schedule: Cron) -> list[str]:
    """What cron does with a line: the command ends at the first bare %, and \\% is a %; then sh -c."""
    command = line.removeprefix(f"{schedule} ").rstrip("\n").replace(r"\%", "\0")
    assert "%" not in command, "cron would cut the command here"
    done = subprocess.run(["sh", "-c", command.replace("\0", "%")], capture_output=True, check=True)
    return done.stdout.decode().removesuffix("\0").split("\0")


@pytest.fixture
def shows_its_arguments(tmp_path: Path) -> Path:
    """A program that prints its arguments and its environment, each ended by NUL."""
    program = tmp_path / "show %"
    program.write_text('#!/bin/sh\nprintf "%s\\0" "$@"\nexec /usr/bin/env -0\n')
    program.chmod(0o755)
    return program


def test_cron_runs_exactly_this(shows_its_arguments: Path) -> None:
    environment = (("HOME", "/home/100%"), ("PATH", "/usr/bin:/bin"), ("KUBECONFIG", "/a b/$x"))
    run = run_of(str(shows_its_arguments), *ODD, environment=environment)
    shown = run_by_cron(crontab.line(run, DAILY), DAILY)
    assert tuple(shown[: len(run.argv) - 1]) == run.argv[1:]
    inherited = {each for each in shown[len(run.argv) - 1 :] if not each.startswith(("PWD=", "_=", "SHLVL="))}
    assert inherited == {f"{name}={value}" for name, value in environment}


def test_a_crontab_line_is_one_line() -> None:
    line = crontab.line(run_of(), DAILY)
    assert line.startswith("0 3 * * * /usr/bin/env -i ")
    assert line.count("\n") == 1
    assert line.endswith("\n")


def values(unit: str, key: str) -> list[str]:
    return [line.partition("=")[2] for line in unit.splitlines() if line.startswith(f"{key}=")]


def as_systemd_reads(word: str, *, variables: bool) -> str:
    """A quoted word of systemd.syntax(7): C escapes, then %% for %; $$ for $ only in command lines."""
    assert word[0] == word[-1] == '"'
    inner = word[1:-1].replace("\\\\", "\0").replace('\\"', '"').replace("\0", "\\")
    for special in ("%", "$") if variables else ("%",):
        assert special not in inner.replace(special * 2, ""), f"a single {special} means something else"
        inner = inner.replace(special * 2, special)
    return inner


@pytest.mark.parametrize("odd", ODD)
def test_systemd_sees_exactly_this(odd: str) -> None:
    unit = systemd.service(run_of("/opt/slimdeploy", odd, environment=(("KUBECONFIG", odd),)))
    (command,), (variable,) = values(unit, "ExecStart"), values(unit, "Environment")
    assert as_systemd_reads(command[command.index(' "/srv/my project"') + 19 :], variables=True) == odd
    assert as_systemd_reads(variable, variables=False) == f"KUBECONFIG={odd}"


def test_the_service_is_one_run() -> None:
    unit = systemd.service(run_of())
    assert values(unit, "Type") == ["oneshot"]
    assert values(unit, "WorkingDirectory") == ["/srv/my project"]
    assert values(unit, "SuccessExitStatus") == ["75"]
    assert values(unit, "ExecStart") == ['"/opt/slimdeploy" "redeploy" "--directory" "/srv/my project"']


def test_the_timer_has_every_time_and_is_wanted() -> None:
    unit = systemd.timer(run_of(), Cron.parse("0 0 13 * 5"))
    assert values(unit, "OnCalendar") == ["*-*-13 0:0:00", "Fri *-*-* 0:0:00"]
    assert values(unit, "WantedBy") == ["timers.target"]


def test_both_units_are_named() -> None:
    assert systemd.units(run_of(), DAILY).count("# hello-redeploy.") == 2


def test_cron_fields_come_back() -> None:
    assert str(Cron.parse("  */5\t8-18 * jan mon ")) == "*/5 8-18 * jan mon"


def in_cluster() -> Manifests:
    kinds = ("ServiceAccount", "Service", "Deployment")
    return cronjob.objects("hello", "web", "registry/redeployer@sha256:0", cron=DAILY, kinds=kinds)


def test_the_cron_job_is_valid_and_its_account_may_do_only_what_up_needs() -> None:
    made = {each["kind"]: each for each in in_cluster().objects}
    for manifest in made.values():
        kubernetes_validate.validate(manifest, "1.37", strict=True)
    ruled = {kind: rule["verbs"] for rule in made["Role"]["rules"] for kind in rule["resources"]}
    assert ruled["deployments"] == ["get", "list", "create", "patch", "delete"]
    assert ruled["leases"] == ["get", "create", "update", "delete"]
    assert "secrets" not in ruled
    assert made["RoleBinding"]["roleRef"]["name"] == made["Role"]["metadata"]["name"] == "hello-redeploy"
    spec = made["CronJob"]["spec"]
    assert (spec["schedule"], spec["concurrencyPolicy"]) == ("0 3 * * *", "Forbid")
    assert spec["jobTemplate"]["spec"]["template"]["spec"]["serviceAccountName"] == "hello-redeploy"


def test_the_cron_job_as_yaml_comes_back() -> None:
    made = in_cluster()
    assert list(yaml.safe_load_all(to_yaml(made))) == list(made.objects)
