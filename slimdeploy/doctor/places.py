"""Where it is delivered and where it runs: may I push, as whom; does the cluster answer, is there my namespace?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from email.utils import parsedate_to_datetime

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.deploy_plan import ClusterTarget, RegistryPlan
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deliver import permission
from slimdeploy.doctor.finding import Finding, caution, failure, fine
from slimdeploy.errors import ApiRejected, NotAllowed, PolicyRefused, SlimdeployError
from slimdeploy.events import Step
from slimdeploy.manifests.ages import parse
from slimdeploy.manifests.render import render
from slimdeploy.state.workspace import workspace
from slimdeploy.tools.kube import Kube
from slimdeploy.tools.kube_reviews import who_we_are

PATIENCE = 3.0
"""Seconds for a registry: `push` waits for minutes, whoever asks the doctor wants to know now."""
SKEW = 30.0
"""Seconds. Tokens and certificates that were made just now are refused where the clock is behind."""


def registry(plan: RegistryPlan) -> Finding:
    """Whether this repository would take an image from us; nothing is left there."""
    try:
        with workspace() as work:
            asked = replace(plan, timeout=PATIENCE, idle=PATIENCE)
            access = permission.ask(asked, work / "question", Step("doctor", lambda _: None), lambda _: None)
    except SlimdeployError as error:
        return failure("registry", error)
    return fine("registry", f"may push to {plan.address} as {access}{', without TLS' if plan.insecure else ''}")


def cluster(target: ClusterTarget, plan: WorkloadPlan) -> Iterator[Finding]:
    """The API server, what it is too old for, its clock, and the namespace."""
    try:
        there = Kube(target)
        there.patient = False
        version = there.version()
    except SlimdeployError as error:
        yield failure("cluster", error)
        return
    user = who_we_are(there)
    yield fine("cluster", f"context {target.context}, Kubernetes {version}, {there.server}{user and f', as {user}'}")
    yield from age(plan, version)
    yield from clock(there.date, time.time())
    yield _namespace(there, target)


def age(plan: WorkloadPlan, version: str) -> Iterator[Finding]:
    """What this server does not know of the app's objects; nothing where it knows all."""
    try:
        left = render(plan, None, "", parse(version)).left_out
    except PolicyRefused:  # a patch, for one; `up` says so at its place in slim.toml
        return
    if left:
        yield caution("version", "\n".join(("too old for these, which `up` leaves out:", *left)), "update the cluster")


def clock(date: str, now: float) -> Iterator[Finding]:
    """What the server's Date header says against our clock; nothing where they agree."""
    try:
        skew = now - parsedate_to_datetime(date).timestamp()
    except ValueError:
        return
    if abs(skew) > SKEW:
        ahead = "ahead of" if skew > 0 else "behind"
        yield caution("clock", f"{abs(skew):.0f} s {ahead} the cluster's", "timedatectl: is it synchronised?")


def _namespace(there: Kube, target: ClusterTarget) -> Finding:
    name = target.namespace
    try:
        found = there.get(ObjectRef("Namespace", name, "")) or there.get(
            ObjectRef("ConfigMap", "kube-root-ca.crt", name)
        )
    except NotAllowed:
        return _seen_from_inside(there, name)
    except SlimdeployError as error:
        return failure("namespace", error)
    if found:
        return fine("namespace", name)
    if target.create:
        return fine("namespace", f"{name}, which is not there yet and will be created")
    hint = f"kubectl --context {target.context} create namespace {name}"
    return failure("namespace", ApiRejected(f"{name} does not exist", hint=hint))


def _seen_from_inside(there: Kube, name: str) -> Finding:
    """Who may not look at namespaces sees one by what every one holds."""
    try:
        if there.get(ObjectRef("ConfigMap", "kube-root-ca.crt", name)):
            return fine("namespace", name)
    except SlimdeployError:
        pass
    return caution("namespace", f"{name}: we may not look whether it is there")
