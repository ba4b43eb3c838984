"""slimdeploy schedule: redeploys by the clock."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from slimdeploy.cli.group import Group
from slimdeploy.cli.options import PROJECT, TARGET, Flags, option, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.errors import UsageError
from slimdeploy.events import Note

if TYPE_CHECKING:
    from slimdeploy.schedule.run import Cron, Run
    from slimdeploy.workbench import Request

HOW = (
    option("--via", type=click.Choice(["cron", "systemd", "cluster"]), required=True, help="What keeps the time."),
    option(
        "--image",
        metavar="IMAGE",
        help="For cluster: an image with slimdeploy, its tools, and the project in /project.",
    ),
)


@click.group(cls=Group)
def command() -> None:
    """Redeploys by the clock. Nothing is installed: what is printed is yours to put in place."""


@verb("show", PROJECT, TARGET, HOW)
def show(output: Output, flags: Flags, via: str, image: str | None) -> None:
    """Print a crontab line, a service and timer pair, or a CronJob with its RBAC."""
    from slimdeploy.schedule.run import Cron

    asked = request(flags, output)
    cron = Cron.parse(asked.config.schedule.cron)
    text = _for_cluster(asked, cron, image, output) if via == "cluster" else _for_machine(asked, flags, cron, via)
    output.result(text, {"via": via, "schedule": str(cron), "text": text})


command.add_command(show)


def _for_machine(asked: Request, flags: Flags, cron: Cron, via: str) -> str:
    from slimdeploy.schedule import crontab, systemd

    run = _run(asked, flags)
    return crontab.line(run, cron) if via == "cron" else systemd.units(run, cron)


def _for_cluster(asked: Request, cron: Cron, image: str | None, output: Output) -> str:
    from slimdeploy.artifacts.deploy_plan import ClusterTarget
    from slimdeploy.manifests.render import render, to_yaml
    from slimdeploy.plan.deploy import choose_target
    from slimdeploy.plan.workload import workload_plan
    from slimdeploy.schedule.cronjob import objects
    from slimdeploy.workbench import name_of

    app = name_of(asked)
    target = choose_target(asked.config, app, asked.overrides)
    if image is None or not isinstance(target, ClusterTarget):
        raise UsageError(
            "--via cluster needs --image and a cluster", hint="--image registry.example.com/redeployer@sha256:..."
        )
    output.terminal(Note("its pod needs seccomp Unconfined for buildah: a namespace above Pod Security baseline"))
    kinds = {each["kind"] for each in render(workload_plan(asked.config, app), target.namespace, "").objects}
    return to_yaml(objects(app, target.namespace, image, cron=cron, kinds=kinds))


def _run(asked: Request, flags: Flags) -> Run:
    from slimdeploy.schedule.run import NEEDED, Run
    from slimdeploy.workbench import name_of

    passed = {name: os.environ[name] for name in NEEDED if name in os.environ}
    passed["PATH"] = ":".join(dict.fromkeys(passed.get("PATH", os.defpath).split(":")))
    values = {
        "--file": flags.file and Path(flags.file).absolute(),
        "--profile": flags.profile,
        "--context": flags.context,
    }
    values |= {"--namespace": flags.namespace, "--kubeconfig": flags.kubeconfig and Path(flags.kubeconfig).absolute()}
    named = [str(part) for flag, value in values.items() if value for part in (flag, value)]
    local = ["--local"] if flags.local else []
    return Run(name_of(asked), _program(), asked.project, (*named, *local), tuple(passed.items()))


def _program() -> tuple[str, ...]:
    """How this slimdeploy is started, with absolute paths."""
    if Path(sys.argv[0]).name == "__main__.py":
        return (sys.executable, "-m", "slimdeploy")
    return (str(Path(shutil.which(sys.argv[0]) or sys.argv[0]).absolute()),)
