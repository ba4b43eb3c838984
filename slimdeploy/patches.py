"""What only the API server finds wrong with a [[patch]], at its place in slim.toml."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from slimdeploy.artifacts.workload import Patch, WorkloadPlan
from slimdeploy.tools.kube_errors import Untyped
from slimdeploy.workbench import Request


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
