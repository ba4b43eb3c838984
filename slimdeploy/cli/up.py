"""slimdeploy up: source -> running pods."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import click

from slimdeploy.artifacts.deploy import Release
from slimdeploy.cli.diff import document, show
from slimdeploy.cli.options import UP, Flags, option, request, verb
from slimdeploy.cli.output import Output

DRY_RUN = (
    option(
        "--dry-run",
        type=click.Choice(["none", "server"]),
        is_flag=False,
        flag_value="server",
        default="none",
        help="server: build, and print what `diff` does; nothing is pushed or written.",
    ),
)
NAMED = 3


@verb("up", UP, DRY_RUN)
def command(output: Output, flags: Flags, dry_run: str) -> None:
    """Build, deliver, apply, and wait until it serves. Run again, it changes nothing."""
    from slimdeploy.pipeline import diff, up

    if dry_run == "server":
        show(output, diff(request(flags, output), output.terminal))
        return
    started = time.monotonic()
    release = up(request(flags, output), output.terminal)
    seconds = time.monotonic() - started
    output.closing(closing(release, seconds))
    output.result(release.url, result(release, seconds))


def closing(release: Release, seconds: float) -> str:
    """What changed, in one line."""
    if not release.changed and not release.number:
        idle = not release.ready and any(change.ref.kind == "Deployment" for change in release.changes.items)
        copies = "scaled to zero" if idle else f"{release.ready} ready"
        return f"nothing changed: {copies} on {release.target} ({seconds:.2f} s)"
    pending = release.changes.pending
    changed = shortly([f"{change.ref} {'taken over' if change.adopts else change.action}" for change in pending])
    finished = f"finished what a former run had begun: {shortly(release.resumed)}"
    number = f" (release {release.number})" if release.number else ""
    return f"up on {release.target}{number} in {seconds:.2f} s: {changed or finished}"


def shortly(changed: Sequence[str]) -> str:
    """What was changed: by name as long as a line holds it, otherwise how many objects of each."""
    if len(changed) <= NAMED:
        return ", ".join(changed)
    counts = Counter(each.partition(" ")[2] for each in changed)
    return f"{len(changed)} objects, {', '.join(f'{number} {action}' for action, number in counts.items())}"


def result(release: Release, seconds: float) -> dict[str, object]:
    """The release as JSON holds it."""
    return {
        "changed": release.changed,
        "release": release.number or None,
        "image": release.image,
        "ready": release.ready,
        "target": release.target,
        "url": release.url or None,
        "seconds": round(seconds, 3),
        "changes": document(release.changes),
    }
