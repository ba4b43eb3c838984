"""The file that is left of containers that do not serve, for later: the next `up` removes them, and their logs go, too.

What podman knows of them at that moment, without the secrets that they were given.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from slimdeploy.artifacts.release import Order
from slimdeploy.deploy.podman.container import spec_of
from slimdeploy.deploy.podman.single import Single
from slimdeploy.errors import RolloutFailed, SlimdeployError
from slimdeploy.state.reports import now, write_report

LOG_LINES = 500


def written(failure: RolloutFailed, containers: Sequence[Single], order: Order) -> Path | None:
    """Where it is; None when it cannot be written."""
    app = containers[0].plan.app
    head = (f"time     {now()}", f"app      {app}, {order.reason}", f"source   {order.revision or 'unknown'}")
    lines = (*head, "target   podman on this machine", "", failure.what, *failure.details, "", *_asked(containers))
    return write_report(f"{app}-local", lines)


def _asked(containers: Sequence[Single]) -> Iterator[str]:
    """That podman does not tell is no reason to tell nothing."""
    try:
        for each in containers:
            yield from _container(each)
    except SlimdeployError as error:
        yield f"the rest could not be asked for: {error.what}"


def _container(each: Single) -> Iterator[str]:
    live = each.live()
    if live is None:
        yield f"{each.ref}: not there"
        return
    state = live["State"]
    killed = ", OOMKilled" if state.get("OOMKilled") else ""
    yield f"{each.ref}: {state['Status']}, exit code {state['ExitCode']}{killed}"
    yield f"  runs {spec_of(live).get('image', '')}"
    yield f"  started {state.get('StartedAt')}, ended {state.get('FinishedAt')}, restarts {live.get('RestartCount', 0)}"
    yield f"  log (at most {LOG_LINES} lines):"
    yield from (f"    {line}" for line in each.printed(LOG_LINES))
    yield ""
