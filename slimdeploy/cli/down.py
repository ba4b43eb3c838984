"""slimdeploy down: remove everything that `up` made."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from slimdeploy.cli.options import LOCK, PROJECT, TARGET, Flags, option, request, verb
from slimdeploy.cli.output import Output

if TYPE_CHECKING:
    from slimdeploy.workbench import Request

YES = (option("-y", "--yes", is_flag=True, help="Do not ask; without a terminal nothing is asked anyway."),)
VOLUMES = (option("--delete-volumes", is_flag=True, help="Also the volumes, with their data."),)


@verb("down", PROJECT, TARGET, LOCK, VOLUMES, YES)
def command(output: Output, flags: Flags, delete_volumes: bool, *, yes: bool) -> None:  # noqa: FBT001 - click calls by name
    """Remove everything that `up` made, its history too, and wait until it is gone. Nothing else is touched."""
    from slimdeploy.upkeep import down

    asked = request(flags, output)
    if not yes and sys.stdin.isatty():
        _ask(asked, volumes=delete_volumes)
    removed = [str(ref) for ref in down(asked, output.terminal, volumes=delete_volumes)]
    output.closing(f"removed {', '.join(removed)}" if removed else "nothing to remove")
    output.result("", {"removed": removed})


def _ask(asked: Request, *, volumes: bool) -> None:
    """On a terminal, before a cluster loses something. Raises click.Abort."""
    from slimdeploy.artifacts.deploy_plan import ClusterTarget
    from slimdeploy.plan.deploy import choose_target
    from slimdeploy.workbench import name_of

    app = name_of(asked)
    target = choose_target(asked.config, app, asked.overrides)
    if isinstance(target, ClusterTarget):
        data = " and the data of its volumes" if volumes else ""
        place = f"namespace {target.namespace} of context {target.context}"
        click.confirm(f"remove {app}{data} from {place}?", abort=True, err=True)
