"""What slim.toml only refers to, or says in Kubernetes' own words: read and checked before anything is compiled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slimdeploy.events import Report, Warned
from slimdeploy.workbench import Request

if TYPE_CHECKING:  # a build needs none of it
    from slimdeploy.artifacts.workload import Contents, WorkloadPlan

MUCH = 64 << 10
"""Bytes. What a slim.toml of this size asks for fits into the cluster."""


def contents(request: Request, report: Report) -> Contents:
    """What slim.toml only refers to: files and secrets. Raises ConfigError, in which no value is shown."""
    from slimdeploy.artifacts.workload import Contents

    app, source = request.config.app, request.source
    if source is None or not (app.config or app.secrets):
        return Contents()
    from slimdeploy.facts.contents import read_contents

    reading = read_contents(request.project, app)
    if reading.wrong:
        raise source.refusal(reading.wrong)
    for path, words in reading.cautions:
        report(Warned(source.caution(path, words)))
    return reading.contents


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
