"""What comes before the first write to a cluster: may we do all of it, what will it be, is there a namespace."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Changes
from slimdeploy.deploy.comparing import announcement
from slimdeploy.deploy.releasing import permissions
from slimdeploy.events import Note, Report, Warned
from slimdeploy.manifests.namespace import namespace
from slimdeploy.tools.kube import Kube


def prepare(app: str, changes: Changes, kube: Kube, report: Report) -> None:
    """Say what will be written, and make the namespace if slim.toml allows it and it is missing. Raises NotAllowed."""
    target, kinds = kube.target, dict.fromkeys(change.ref.kind for change in changes.items)
    permissions.check(app, [kind for kind in kinds if kind != "Namespace"], kube)
    report(Note(f"to {target.context} ({kube.server}), namespace {target.namespace}:"))
    for line in announcement.lines(changes):
        report(Note(line))
    for warning in changes.warnings:
        report(Warned(warning))
    if "Namespace" in kinds:
        kube.apply(namespace(target.namespace), dry_run=False)
        report(Note(f"made namespace {target.namespace}"))
