"""slimdeploy rollback: back to a former release."""

from __future__ import annotations

import time

import click

from slimdeploy.cli.options import LOCK, PROJECT, ROLLBACK, ROLLOUT, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.cli.up import result
from slimdeploy.cli.values import Number

NUMBER = (click.argument("number", type=Number(1), required=False, metavar="[N]"),)


@verb("rollback", PROJECT, TARGET, ROLLOUT, ROLLBACK, LOCK, NUMBER)
def command(output: Output, flags: Flags, number: int | None) -> None:
    """Apply release N again as it was stored, and wait until it serves. Nothing is built.

    Without N: the last release that served before the present one. `slimdeploy history` shows them.
    """
    from slimdeploy.upkeep import rollback

    started = time.monotonic()
    release = rollback(request(flags, output), output.terminal, number)
    seconds = time.monotonic() - started
    changed = ", ".join(f"{change.ref} {change.action}" for change in release.changes.pending)
    said = f"rolled back on {release.target} as release {release.number} in {seconds:.2f} s: {changed}"
    output.closing(said if release.changed else f"nothing changed: that is what runs on {release.target}")
    output.result("", result(release, seconds))
