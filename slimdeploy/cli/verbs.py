"""The list of verbs, one file each."""

from __future__ import annotations

import importlib

import click

from slimdeploy.cli.group import Group

VERBS = {
    "init": "Write a commented slim.toml for the Go module in this folder.",
    "build": "Compile, prove that the binary is static, and make the image.",
    "push": "Build, and put the image into its registry.",
    "render": "Build, and print the Kubernetes manifests.",
    "plan": "Show every decision that `up` would act on. Builds nothing, writes nothing.",
    "diff": "Show what `up` would change. Writes nothing.",
    "up": "Build, deliver, apply, and wait until it serves.",
    "run": "Build, and run the image here in the foreground, as docker run would.",
    "redeploy": "The unattended `up`, for timers: one line when nothing changed.",
    "status": "Show what runs.",
    "logs": "Print what the app prints.",
    "port-forward": "Reach the app in its cluster at a port of this machine.",
    "restart": "Start every copy anew, and wait until it serves.",
    "debug": "Put a container with tools beside the running program.",
    "history": "Show the releases so far, and what came of them.",
    "rollback": "Apply a former release again, and wait until it serves.",
    "down": "Remove everything that `up` made.",
    "size": "Show where the bytes of the image are, and what grew.",
    "compare": "Measure the same program on a full Go image, smaller bases, and scratch.",
    "schedule": "Print a crontab line, a systemd timer or a CronJob that redeploys.",
    "config": "Look at slim.toml as it counts; pin the cluster that it means; print the Role that it needs.",
    "cache": "Show what is kept on this machine, or remove it.",
    "doctor": "Look whether `up` would work here, and what is missing.",
    "version": "Print the versions of slimdeploy and of the tools it uses.",
}


class Verbs(Group):
    """Imports a verb's module only when that verb runs: start-up stays short."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """In the order in which people meet them."""
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The verb's command; None when there is none."""
        if cmd_name not in VERBS:
            return None
        command: click.Command = importlib.import_module(f"slimdeploy.cli.{cmd_name.replace('-', '_')}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list of verbs, without importing any of them."""
        with formatter.section("Verbs"):
            formatter.write_dl(list(VERBS.items()))


@click.command(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
def app() -> None:
    """From a Go project to hardened, running pods with one command: slimdeploy up."""
