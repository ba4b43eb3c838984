"""What is wrong with a [[patch]], at its place in slim.toml: found as it is rendered, or only by the API server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slimdeploy.artifacts.workload import Patch, WorkloadPlan
from slimdeploy.tools.kube_errors import Untyped
from slimdeploy.workbench import Request


def check_patches(plan: WorkloadPlan, request: Request) -> WorkloadPlan:
    """The plan, if its patches fit what is rendered: said at their place in slim.toml before anything is compiled."""
    if plan.patches and request.source:
        from slimdeploy.manifests.patches import PatchRefused
        from slimdeploy.manifests.render import render

        try:
            render(plan, None, "")
        except PatchRefused as refused:
            raise request.source.refusal([(("patch", refused.index), refused.why, refused.hint)]) from None
    return plan


@contextmanager
def at_their_place(plan: WorkloadPlan, request: Request) -> Iterator[None]:
    """Fields that the API server does not know, or not so, at the patch that sets them. Raises ConfigError."""
    try:
        yield
    except Untyped as error:
        found = [(place(plan.patches, error.kind, field), said) for field, said in error.fields]
        wrong = [(("patch", *at), said, "") for at, said in found if at]
        if not wrong or request.source is None:
            raise
        raise request.source.refusal(wrong) from None


def place(patches: tuple[Patch, ...], kind: str, field: str) -> tuple[int | str, ...]:
    """Which operation sets a field that the server names (spec.template.spec.containers[name="x"].y): its last one."""
    wanted = [part.partition("[")[0] for part in field.split(".")]
    for index, patch in reversed(list(enumerate(patches))):
        for number, operation in reversed(list(enumerate(patch.operations))):
            pointer = [part for part in operation["path"].split("/")[1:] if not (part.isdigit() or part == "-")]
            if patch.kind == kind and "value" in operation and wanted[: len(pointer)] == pointer:
                return index, "ops", number
    return ()
