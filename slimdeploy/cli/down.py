"""slimdeploy down: remove everything that `up` made."""

from __future__ import annotations

from slimdeploy.cli.options import LOCK, PROJECT, TARGET, Flags, option, request, verb
from slimdeploy.cli.output import Output

VOLUMES = (option("--delete-volumes", is_flag=True, help="Also the volumes, with their data."),)


@verb("down", PROJECT, TARGET, LOCK, VOLUMES)
def command(output: Output, flags: Flags, delete_volumes: bool) -> None:  # noqa: FBT001 - click calls by name
    """Remove everything that `up` made, its history too, and wait until it is gone. Nothing else is touched."""
    from slimdeploy.pipeline import down

    removed = [str(ref) for ref in down(request(flags, output), output.terminal, volumes=delete_volumes)]
    output.closing(f"removed {', '.join(removed)}" if removed else "nothing to remove")
    output.result("", {"removed": removed})
