"""slimdeploy status: what runs now."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from slimdeploy.cli.options import PROJECT, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output

if TYPE_CHECKING:
    from slimdeploy.deploy.destination import Instance, Status


@verb("status", PROJECT, TARGET)
def command(output: Output, flags: Flags) -> None:
    """Show what runs: image, copies, restarts."""
    from slimdeploy.pipeline import destination

    status = destination(request(flags, output)).status()
    output.result(table(status), asdict(status) | {"ready": status.ready})


def table(status: Status) -> str:
    """The status for people."""
    if not status.image and not status.instances:
        return f"{status.app} is not deployed on {status.target}"
    head = f"{status.app} on {status.target}: {status.ready}/{status.wanted} ready" + (
        f"  {status.url}" if status.url else ""
    )
    width = max((len(each.name) for each in status.instances), default=0)
    return "\n".join([head, f"  image {status.image}", *(_row(each, width) for each in status.instances)])


def _row(instance: Instance, width: int) -> str:
    restarts = f"{instance.restarts} restarts"
    return (
        f"  {instance.name:<{width}}  {'ready' if instance.ready else 'not ready':<9}  {restarts:<11}  {instance.state}"
    )
