"""slimdeploy down: remove everything that `up` made."""

from __future__ import annotations

from slimdeploy.cli.options import PROJECT, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output


@verb("down", PROJECT, TARGET)
def command(output: Output, flags: Flags) -> None:
    """Remove everything that `up` made, and wait until it is gone. Nothing else is touched."""
    from slimdeploy.pipeline import down

    removed = [str(ref) for ref in down(request(flags, output), output.terminal)]
    output.closing(f"removed {', '.join(removed)}" if removed else "nothing to remove")
    output.result("", {"removed": removed})
