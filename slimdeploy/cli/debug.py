"""slimdeploy debug: tools beside a program that has none."""

from __future__ import annotations

import sys

import click

from slimdeploy.cli.options import PROCESS, PROJECT, TARGET, Flags, option, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.cli.values import Filled
from slimdeploy.errors import ProgramFailed
from slimdeploy.events import Note, step

HOW = (
    click.option(
        "--image",
        envvar="SLIMDEPLOY_DEBUG_IMAGE",
        default="busybox",
        show_default=True,
        metavar="IMAGE",
        type=Filled(),
        help="The tools; the nodes must be able to have it.",
    ),
    option("--pod", default="", metavar="NAME", help="In this pod. Default: one that does not serve, else any."),
    click.argument("arguments", nargs=-1, metavar="[-- COMMAND...]"),
)
HINT = "the program is process 1, its files are in /proc/1/root; exit ends it"
STAYS = "the ended container stays in the pod's description until the pod goes: slimdeploy restart"


@verb("debug", PROJECT, TARGET, PROCESS, HOW)
def command(output: Output, flags: Flags, process: str, *, image: str, pod: str, arguments: tuple[str, ...]) -> None:
    """Put a container with tools beside the running program: its processes, its network, its user, no more rights than
    it has. On a terminal the image's shell; or a COMMAND, whose output is printed.
    """
    from slimdeploy.deploy.destination import DebugWish
    from slimdeploy.upkeep import destination

    tty = sys.stdin.isatty() and sys.stdout.isatty()
    there = destination(request(flags, output), output.terminal)
    with step(output.terminal, "debug") as running:
        session = there.debug(DebugWish(image, arguments, pod, process, tty), running)
    if tty:
        output.terminal(Note(HINT))
    code = session.interact() if tty else session.collect(output.line)
    output.terminal(Note(STAYS))
    if code:
        raise ProgramFailed(f"it ended with exit code {code}")
