"""What a person types: one file a verb. Here are the list of verbs and the only place that decides on an exit code."""

from __future__ import annotations

import errno
import importlib
import signal
from collections.abc import Sequence

import click

from slimdeploy.cli.group import Group
from slimdeploy.cli.output import Output
from slimdeploy.cli.stopping import Stopped, handle_signals, told
from slimdeploy.cli.streams import open_missing, settle, unwritten
from slimdeploy.errors import InternalError, Interrupted, SlimdeployError, UsageError

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


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code is that of errors.py. No exception leaves this function."""
    open_missing()
    output = Output()
    handle_signals()
    try:
        return int(app.main(list(arguments), prog_name="slimdeploy", standalone_mode=False, obj=output) or 0)
    except SystemExit:  # click's answer to a pipe that nobody reads: that is no failure
        return 0
    except (Exception, Stopped) as error:  # noqa: BLE001 - a traceback is for the log file, never for the screen
        return output.failed(_reason(error))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)  # no deadline any more
        settle()


def _reason(error: Exception | Stopped) -> SlimdeployError:
    """What to say. Once we were told to stop, what fails is the consequence."""
    match error:
        case click.UsageError(ctx=context):
            return UsageError(
                error.format_message(), hint=f"{context.command_path if context else 'slimdeploy'} --help"
            )
        case click.Abort():
            return Interrupted("interrupted")
        case Stopped(reason=reason):
            return reason
        case SlimdeployError():
            return told() or error
        case OSError(errno=errno.ENOSPC | errno.EDQUOT):
            return told() or unwritten(error)
    return told() or _bug(error)


def _bug(error: Exception) -> InternalError:
    from slimdeploy.state.reports import write_traceback

    where = write_traceback(error)
    return InternalError(
        f"a mistake in slimdeploy: {type(error).__name__}",
        details=(f"traceback: {where}",),
        hint="please report it with that file",
    )
