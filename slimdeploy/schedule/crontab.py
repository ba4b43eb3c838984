"""A line for crontab(5)."""

from __future__ import annotations

import shlex

from slimdeploy.schedule.run import Cron, Run


def line(run: Run, cron: Cron) -> str:
    """One line, with nothing left to cron's own environment. A % would end the command (crontab(5))."""
    variables = [f"{name}={value}" for name, value in run.environment]
    command = shlex.join(("/usr/bin/env", "-i", *variables, *run.argv)).replace("%", r"\%")
    return f"{cron} {command}\n"
