"""slimdeploy port-forward: the app in its cluster, at a port of this machine."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from slimdeploy.cli.options import PROCESS, PROJECT, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output
from slimdeploy.cli.stopping import Stopped
from slimdeploy.errors import Interrupted, UsageError

if TYPE_CHECKING:
    from slimdeploy.deploy.destination import PortPair
    from slimdeploy.workbench import Request

PORTS = (click.argument("ports", nargs=-1, metavar="[[HERE:]PORT]..."),)


@verb("port-forward", PROJECT, TARGET, PROCESS, PORTS)
def command(output: Output, flags: Flags, ports: tuple[str, ...], process: str) -> None:
    """Reach the app in its cluster at 127.0.0.1, until Ctrl-C. Each connection goes to a copy that serves just then, so
    a rollout is survived. HERE:PORT chooses the port here, :PORT any that is free; without any, all ports of the app.
    """
    from slimdeploy.upkeep import destination

    wanted = request(flags, output)
    pairs = tuple(_pair(text) for text in ports) or _of_the_app(wanted, process)
    try:
        destination(wanted, output.terminal).port_forward(pairs, process, output.closing)
    except Stopped as stop:
        if not isinstance(stop.reason, Interrupted):
            raise  # Ctrl-C is how one ends it: no failure


def _pair(text: str) -> PortPair:
    from slimdeploy.deploy.destination import PortPair

    found = re.fullmatch(r"(?:(\d*):)?(\d+)", text)
    here, there = (found[1], int(found[2])) if found else (None, 0)
    here = there if here is None else int(here or 0)
    if not found or not 0 < there < 65536 or here > 65535:
        raise UsageError(f"{text!r} is no port", hint="PORT, HERE:PORT or :PORT, such as 18080:8080")
    return PortPair(here, there)


def _of_the_app(wanted: Request, process: str) -> tuple[PortPair, ...]:
    from slimdeploy.deploy.destination import PortPair
    from slimdeploy.plan.workload import workload_plan
    from slimdeploy.workbench import name_of

    plan = workload_plan(wanted.config, name_of(wanted))
    ports = next((each.ports for each in plan.processes if each.process == process), plan.ports)
    ports = tuple(port for port in ports if port.protocol == "TCP")  # no other is carried
    if not ports:
        raise UsageError(
            f"{process or 'the app'} listens on no TCP port", hint="name one: slimdeploy port-forward 6060"
        )
    return tuple(PortPair(port.number, port.number) for port in ports)
