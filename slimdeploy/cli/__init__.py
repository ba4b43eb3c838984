"""What a person types: one file a verb, listed in verbs.py. Here is the only place that decides on an exit code."""

from __future__ import annotations

import errno
import signal
from collections.abc import Sequence

from slimdeploy.cli.session import Session
from slimdeploy.cli.stopping import Stopped, handle_signals, told
from slimdeploy.cli.streams import open_missing, settle, unwritten
from slimdeploy.errors import InternalError, Interrupted, SlimdeployError, UsageError


def run(arguments: Sequence[str]) -> int:
    """Run one command line; the exit code is that of errors.py. No exception leaves this function."""
    open_missing()
    session = Session()
    handle_signals()
    try:
        session.begin(arguments)
        from slimdeploy.cli.verbs import app  # 0.05 s, in which go works

        return int(app.main(list(arguments), prog_name="slimdeploy", standalone_mode=False, obj=session) or 0)
    except SystemExit:  # click's answer to a pipe that nobody reads: that is no failure
        return 0
    except (Exception, Stopped) as error:  # noqa: BLE001 - a traceback is for the log file, never for the screen
        return session.output.failed(_reason(error))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)  # no deadline any more
        session.close()
        settle()


def _reason(error: Exception | Stopped) -> SlimdeployError:
    """What to say. Once we were told to stop, what fails is the consequence."""
    import click

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
