"""slimdeploy run: the image in the foreground, on this machine."""

from __future__ import annotations

import os
import re

import click

from slimdeploy.cli.options import BUILD, LOCK, PROJECT, Flags, option, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.errors import UsageError

HOW = (
    option(
        "-p", "--publish", "published", multiple=True, metavar="[IP:]HOST_PORT:PORT", help="Ports, as for docker run."
    ),
    option("-e", "--env", multiple=True, metavar="NAME[=VALUE]", help="A variable; NAME alone: its value here."),
    click.argument("arguments", nargs=-1, metavar="[-- ARGUMENTS]..."),
)


@verb("run", PROJECT, BUILD, LOCK, HOW)
def command(
    output: Output, flags: Flags, published: tuple[str, ...], *, env: tuple[str, ...], arguments: tuple[str, ...]
) -> None:
    """Build, and run the image here in the foreground until it ends or Ctrl-C, hardened as in the cluster."""
    from slimdeploy.deploy.podman.container import Wish, publication
    from slimdeploy.pipeline import run

    for each in published:
        publication(each, [1])
    wish = Wish(published, dict(_variable(each) for each in env), arguments)
    output.closing(str(run(request(flags, output), output.terminal, wish)))


def _variable(text: str) -> tuple[str, str]:
    """Secrets are welcome here, which slim.toml refuses: nothing of it is kept."""
    name, given, value = text.partition("=")
    if not re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", name):
        raise UsageError(f"--env: {name!r} is not a variable's name", hint="--env NAME=VALUE")
    if not given and name not in os.environ:
        raise UsageError(f"--env {name}: there is no such variable here", hint=f"--env {name}=VALUE")
    return name, value if given else os.environ[name]
