"""slimdeploy redeploy: the unattended `up`, for cron, systemd timers and CronJobs."""

from __future__ import annotations

import time
from dataclasses import replace

from slimdeploy.cli.options import UP, Flags, duration, option, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.cli.stopping import stop_after
from slimdeploy.cli.up import closing, result

LIMITS = (
    option(
        "--deadline", callback=duration, metavar="DURATION", default="30m", show_default=True, help="Overall limit."
    ),
    option("--retry", is_flag=True, default=False, help="Try again what has failed, and was not changed since."),
)


@verb("redeploy", UP, LIMITS)
def command(output: Output, flags: Flags, deadline: float) -> None:
    """`up` without anybody watching: never asks, ends in time, and prints one line (on stdout)."""
    from slimdeploy.pipeline import up

    started = time.monotonic()
    stop_after(deadline)
    asked = request(flags, output)
    release = up(replace(asked, order=replace(asked.order, reason="redeploy")), lambda _: None)
    seconds = time.monotonic() - started
    output.result(closing(release, seconds), result(release, seconds))
