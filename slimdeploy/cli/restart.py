"""slimdeploy restart: new copies of the same release."""

from __future__ import annotations

from slimdeploy.cli.options import LOCK, PROCESS, PROJECT, ROLLOUT, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output


@verb("restart", PROJECT, TARGET, ROLLOUT[:1], LOCK, PROCESS)
def command(output: Output, flags: Flags, process: str) -> None:
    """Start every copy anew, one after the other, and wait until they serve. Nothing is built; the next `up` sees no
    change.
    """
    from slimdeploy.upkeep import restart

    ready = restart(request(flags, output), output.terminal, process)
    output.closing(f"restarted: {ready} ready" if ready else "scaled to zero: there was no copy to start anew")
    output.result("", {"ready": ready})
