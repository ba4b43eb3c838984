"""A set of objects against the cluster: what applying it would change, what would be pruned, what was released before.

The dry-run and the look around go side by side; nothing is written.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from slimdeploy.artifacts.deploy import Changes, Manifests, ObjectRef
from slimdeploy.artifacts.release import Record
from slimdeploy.deploy.comparing.diff import diff
from slimdeploy.deploy.releasing import history, jobs, permissions, prune
from slimdeploy.records import frozen
from slimdeploy.tools.kube import Kube


@frozen
class Comparison:
    """The changes, and what the changes that delete were made from."""

    changes: Changes
    survey: prune.Survey


def compare(sent: Manifests, wanted: frozenset[ObjectRef], app: str, kube: Kube) -> Comparison:
    """What sending this would change, if all of `wanted` is to stay. Raises what the server says against any object."""
    kinds = {ref.kind for ref in wanted}
    with permissions.told(app, kinds, kube), ThreadPoolExecutor(max_workers=1) as beside:
        looking = beside.submit(_look, wanted, app, kube)
        applied = jobs.to_run_again(diff(sent, kube), kube)
        records, survey = looking.result()
    items = (*applied.items, *survey.changes)
    warnings = (*applied.warnings, *survey.lost)
    return Comparison(replace(applied, items=items, kept=survey.kept, before=records, warnings=warnings), survey)


def _look(wanted: frozenset[ObjectRef], app: str, kube: Kube) -> tuple[tuple[Record, ...], prune.Survey]:
    records = history.known(app, kube)
    return records, prune.look(wanted, records, app, kube)
