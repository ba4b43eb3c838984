"""Lets a scenario really happen on the cluster, and keeps what a person would read of it."""

from __future__ import annotations

import io
import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.deploy.rollout.rollout import Rollout, wait
from slimdeploy.errors import RolloutFailed
from slimdeploy.events import Step, Waiting
from slimdeploy.manifests.render import render
from slimdeploy.tools.kube import Kube
from slimdeploy.ui.terminal import Terminal
from tests.cluster.cluster import Cluster
from tests.deliver.registries import registry_with_login
from tests.e2e.failures import images
from tests.e2e.failures.scenarios import APP, NO_DIGEST, Scenario
from tests.unit.samples import workload

MEANWHILE_SECONDS = 1.5
AT_ONCE = 5


@dataclass(frozen=True)
class Outcome:
    """How a scenario ended: the error, how long after apply, what was printed, and what was said while it waited."""

    scenario: Scenario
    error: RolloutFailed
    seconds: float
    printed: str
    waiting: tuple[str, ...]


@contextmanager
def image_names(folder: Path, registry: str) -> Iterator[dict[str, str]]:
    """The images of all scenarios, by the names that they have there."""
    with ThreadPoolExecutor(3) as beside, registry_with_login(folder) as private:
        made = {
            "breaks": beside.submit(images.push_breaks, folder / "breaks", registry),
            "dynamic": beside.submit(images.push_dynamic, folder / "dynamic", registry),
            "arm64": beside.submit(images.push_foreign, folder / "arm64", registry, honest=True),
            "mistaken": beside.submit(images.push_foreign, folder / "mistaken", registry, honest=False),
        }
        names = {name: each.result() for name, each in made.items()}
        yield names | {"absent": f"{registry}/failures/absent@{NO_DIGEST}", "denied": f"{private}/app@{NO_DIGEST}"}


def run_all(scenarios: tuple[Scenario, ...], cluster: Cluster, names: dict[str, str]) -> dict[str, Outcome | Exception]:
    """All of them, a few at once: most of the time is spent waiting."""
    with ThreadPoolExecutor(AT_ONCE) as several:
        running = {each.name: several.submit(run, each, cluster, names[each.image]) for each in scenarios}
        return {name: future.exception() or future.result() for name, future in running.items()}  # type: ignore[misc]


def run(scenario: Scenario, cluster: Cluster, image: str) -> Outcome:
    """In a namespace of its own. A success is an AssertionError."""
    namespace = cluster.namespace(f"fails-{secrets.token_hex(4)}", scenario.security)
    try:
        scenario.before(cluster, namespace)
        return _observe(scenario, cluster, namespace, image)
    finally:
        cluster.kubectl("delete", "namespace", namespace, "--wait=false")


def _observe(scenario: Scenario, cluster: Cluster, namespace: str, image: str) -> Outcome:
    kube, said = Kube(ClusterTarget(cluster.context, namespace, str(cluster.kubeconfig))), []
    wanted = apply(scenario, kube, namespace, image=image)
    started = time.monotonic()
    threading.Timer(MEANWHILE_SECONDS, scenario.meanwhile, (cluster, namespace)).start()
    step = Step("rollout", lambda event: said.append(event.state) if isinstance(event, Waiting) else None)
    try:
        ready = wait(wanted, kube, step)
    except RolloutFailed as error:
        return Outcome(scenario, error, time.monotonic() - started, _printed(error), tuple(dict.fromkeys(said)))
    raise AssertionError(f"{scenario.name}: {ready} ready; waited for {said}")


def apply(scenario: Scenario, kube: Kube, namespace: str, *, image: str, app: str = APP) -> Rollout:
    """Write its objects; what is then to be waited for."""
    plan = replace(workload(app=app, replicas=1, args=(scenario.argument,)), **scenario.plan)
    generation = 0
    for manifest in render(plan, namespace, image).objects:
        if manifest["kind"] == "Deployment":
            scenario.edit(manifest)  # type: ignore[arg-type]
            generation = kube.apply(manifest, dry_run=False).object["metadata"]["generation"]
        else:
            kube.apply(manifest, dry_run=False)
    return Rollout(ObjectRef("Deployment", app, namespace), int(generation), image, scenario.timeout)


def _printed(error: Any) -> str:
    stream = io.StringIO()
    Terminal(quiet=False, verbose=False, color="never", stream=stream).failure(error)
    return stream.getvalue()
