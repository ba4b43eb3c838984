"""slimdeploy plan: what is decided before anything is done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from slimdeploy.artifacts.deploy_plan import ClusterTarget, NodePlan, RegistryPlan
from slimdeploy.cli.diff import document, lines
from slimdeploy.cli.options import BUILD, LOCK, PROJECT, TAKEOVER, TARGET, Flags, request, verb
from slimdeploy.cli.output import Output

if TYPE_CHECKING:
    from slimdeploy.artifacts.deploy_plan import Planned


@verb("plan", PROJECT, BUILD, TARGET, TAKEOVER, LOCK)
def command(output: Output, flags: Flags) -> None:
    """Show every decision that `up` would act on: program, image, target, objects.

    Builds nothing, pushes nothing, writes nothing. What would change in the target is shown if these sources were built
    before, as their image is known then; otherwise `slimdeploy diff` builds first.
    """
    from slimdeploy.pipeline import plan

    planned = plan(request(flags, output), output.terminal)
    decided = decisions(planned)
    width = max(map(len, decided))
    text = [f"{name:<{width}}  {value}" for name, value in decided.items()]
    items = planned.changes.items if planned.changes else ()
    text += [line for change in items for line in lines(change, output.paint, whole=output.verbose)]
    changes = document(planned.changes) if planned.changes else None
    output.result("\n".join(text), decided | {"changes": changes})


def decisions(planned: Planned) -> dict[str, Any]:
    """What is decided, by name. No value of a variable is shown."""
    build, deploy = planned.build, planned.deploy
    compiled, target, delivery = build.compile, deploy.target, deploy.delivery
    platforms = ", ".join(map(str, build.platforms or (compiled.platform,)))
    flags = [*compiled.ldflags, *(["-trimpath"] if compiled.trimpath else [])]
    return {
        "app": build.app,
        "program": f"{compiled.package} for {platforms}, cgo {'static' if compiled.cgo else 'off'}",
        "flags": " ".join(flags),
        "strategy": build.strategy,
        "image": planned.image or f"{delivery.repository}, to be built",
        "delivery": _delivery(delivery),
        "target": _target(target),
        "variables": ", ".join(name for name, _ in deploy.workload.env),
        "timeout": f"{deploy.timeout:g} s",
    }


def _delivery(delivery: object) -> str:
    if isinstance(delivery, RegistryPlan):
        return f"pushed to {delivery.address}"
    if isinstance(delivery, NodePlan):
        return f"loaded into the nodes ({delivery.kind})"
    return "kept in podman's store"


def _target(target: object) -> str:
    if not isinstance(target, ClusterTarget):
        return "podman on this machine"
    pinned = f"its CA has to be {target.expect[:12]}..." if target.expect else "any cluster behind it"
    return f"context {target.context} ({pinned}), namespace {target.namespace}"
