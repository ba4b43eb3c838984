"""What a dry-run cannot prove: whether we may delete, record, lock, and read logs. Asked only before the first write.

A run that may not do everything ends before the first write, with the Role that it needs, to paste.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from slimdeploy.artifacts.deploy import Manifests
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.errors import NotAllowed
from slimdeploy.manifests.render import render, to_yaml
from slimdeploy.tools.kube import Kube
from slimdeploy.tools.kube_errors import Forbidden
from slimdeploy.tools.kube_reviews import missing_rights, who_we_are
from slimdeploy.tools.kube_rules import Right, listed, rights, role, subject_of


def check(app: str, kinds: Iterable[str], kube: Kube) -> None:
    """Raises NotAllowed, with everything that is missing, unless all is there."""
    wanted = rights(kinds)
    missing = missing_rights(wanted, kube.target.namespace, kube)
    if missing:
        raise lacking(app, wanted, missing, kube)


@contextmanager
def told(app: str, kinds: Iterable[str], kube: Kube) -> Iterator[None]:
    """Whatever is forbidden in this block is told with everything else that is missing, and with the Role."""
    try:
        yield
    except Forbidden:
        check(app, kinds, kube)
        raise


def needed(
    plan: WorkloadPlan, namespace: str, subject: Mapping[str, str] | None, *, operate: bool = False
) -> Manifests:
    """The Role for an app, and its binding to somebody; `operate`: with port-forward and debug. Nobody is asked."""
    kinds = {each["kind"] for each in render(plan, namespace, "").objects}
    return Manifests(role(_name(plan.app), namespace, rights(kinds, operate=operate), subject))


def lacking(app: str, wanted: tuple[Right, ...], missing: tuple[Right, ...], kube: Kube) -> NotAllowed:
    """The error, with the Role and the RoleBinding for whoever we are."""
    user, namespace = who_we_are(kube), kube.target.namespace
    subject = subject_of(user) if user else None
    pasted = to_yaml(Manifests(role(_name(app), namespace, wanted, subject))).splitlines()
    return NotAllowed(
        f"{user or 'this user'} may not do everything in namespace {namespace} that {app} needs",
        details=(f"missing: {listed(missing)}", "somebody who may can give it, with kubectl apply -f:", *pasted),
        hint="nothing was written. The built-in ClusterRole `edit` is enough, too",
    )


def _name(app: str) -> str:
    return f"{app}-deployer"
