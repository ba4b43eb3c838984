"""`restart`: new pods of the same release, as `kubectl rollout restart`, and waited for.

The annotation that does it belongs to another field manager, so the next `up` neither sees a change nor owns it. It
writes under the Lease, as a release does, or it would restart what is being replaced; it is none, and not recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.release import Order
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deploy.operating import choosing
from slimdeploy.deploy.operating.inspection import absence, deployments, process_name
from slimdeploy.deploy.releasing.lease import held
from slimdeploy.deploy.releasing.rescue import values_of
from slimdeploy.deploy.releasing.serving import Site
from slimdeploy.deploy.rollout import pods
from slimdeploy.deploy.rollout.rollout import Rollout, wait_all
from slimdeploy.errors import NotAllowed
from slimdeploy.events import Step
from slimdeploy.manifests.labels import labels


def restart(plan: WorkloadPlan, site: Site, process: str, order: Order, *, step: Step) -> int:
    """Every Deployment of the app, or one process's; how many pods serve. Raises UsageError when there is none, Locked.

    A rollout that is hopeless fails as any does (87): the release stays what it was.
    """
    if not _meant(plan, site, process):
        lacking = absence(site.kube) or f"{process or plan.app} is not deployed in {site.ref.namespace}"
        raise choosing.nothing_runs(plan, lacking)
    moment, begun = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"), []
    hide_secrets(site)
    with held(site.app, site.kube, order.lock_wait) as lease:
        for each in _meant(plan, site, process):  # again: whom we waited for may have removed some
            lease.check()
            ref = ObjectRef("Deployment", each["metadata"]["name"], site.ref.namespace)
            live = site.kube.restart(ref, moment)
            image = str(pods.program(live["spec"]["template"]["spec"], ref.name)["image"])
            begun.append(Rollout(ref, live["metadata"]["generation"], image, site.timeout))
        ready = sum(wait_all(begun, site.kube, step))
    step.summary = f"{ready} ready in {site.ref.namespace}"
    return ready


def hide_secrets(site: Site) -> None:
    """What its programs were given is not shown if one prints it as it ends. What slim.toml refers to is not read."""
    with suppress(NotAllowed):  # whoever may not read a Secret, but the log: as `kubectl logs` shows it
        there = site.kube.listed("Secret", site.ref.namespace, labels(site.app))
        site.kube.hide(value for each in there for value in values_of(each))


def _meant(plan: WorkloadPlan, site: Site, process: str) -> list[Mapping[str, Any]]:
    there = deployments(site.app, site.kube)
    choosing.check(process, plan, (process_name(site.app, each) for each in there))
    return [each for each in there if process in {"", process_name(site.app, each)}]
