"""slimdeploy status: what runs now, and whether it is what was released."""

from __future__ import annotations

from dataclasses import asdict

from slimdeploy.cli.options import PROJECT, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output


@verb("status", PROJECT, TARGET)
def command(output: Output, flags: Flags) -> None:
    """Show what runs: release, image, copies or runs, restarts, the last warnings, and what was changed since the
    release (drift). Exit code 0 whatever it finds.
    """
    from slimdeploy.ui.standing import table
    from slimdeploy.upkeep import destination

    status = destination(request(flags, output), output.terminal).status()
    output.result(table(status), asdict(status) | {"ready": status.ready})
