"""What is wrong with what is rendered, at its place in slim.toml: found here before anything is compiled, or only by
the API server, which knows the words of a [[patch]].
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from slimdeploy.tools.kube_errors import Untyped, UntypedField
from slimdeploy.workbench import Request

if TYPE_CHECKING:
    from slimdeploy.artifacts.workload import WorkloadPlan

MUCH = 64 << 10
"""Bytes. What a slim.toml of this size asks for fits into the cluster."""


def check_patches(plan: WorkloadPlan, request: Request) -> WorkloadPlan:
    """The plan, if its patches fit what is rendered, and that is not too large: said at its place in slim.toml before
    anything is compiled.
    """
    if request.source and (plan.patches or request.source.file.stat().st_size > MUCH):
        from slimdeploy.manifests.limits import TooLarge
        from slimdeploy.manifests.patches import PatchRefused
        from slimdeploy.manifests.render import render

        try:
            render(plan, None, "")
        except PatchRefused as refused:
            raise request.source.refusal([(("patch", refused.index), refused.why, refused.hint)]) from None
        except TooLarge as refused:
            raise request.source.refusal([(("app", "env"), refused.why, refused.hint)]) from None
    return plan


@contextmanager
def at_their_place(plan: WorkloadPlan, request: Request) -> Iterator[None]:
    """Fields that the API server does not know, or not so, at the patch that sets them. Raises ConfigError."""
    try:
        yield
    except Untyped as error:
        found = [(place(plan, each), each.said) for each in error.fields]
        wrong = [(("patch", *at), said, "") for at, said in found if at]
        if not wrong or request.source is None:
            raise
        raise request.source.refusal(wrong) from None


def place(plan: WorkloadPlan, unknown: UntypedField) -> tuple[int | str, ...]:
    """Which operation sets a field that the server names (spec.template.spec.containers[name="x"].y): the last one
    that names the object itself, or else the last one.
    """
    wanted = [part.partition("[")[0] for part in unknown.field.split(".")]
    found = [
        ((patch.name or plan.app) == unknown.name, index, number)
        for index, patch in enumerate(plan.patches)
        for number, operation in enumerate(patch.operations)
        if patch.kind == unknown.kind and "value" in operation and _leads(operation["path"], wanted)
    ]
    _, index, number = max(found, default=(False, 0, None))
    return () if number is None else (index, "ops", number)


def _leads(path: str, wanted: list[str]) -> bool:
    pointer = [part for part in path.split("/")[1:] if not (part.isdigit() or part == "-")]
    return wanted[: len(pointer)] == pointer
