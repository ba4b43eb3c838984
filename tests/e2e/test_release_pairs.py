"""Generated pairs of releases, the second of which cannot run: afterwards every field of ours is as the first had it.

The failure is an image that is in no registry; the first has no pods to wait for. SLIMDEPLOY_TEST_PAIRS sets how many.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.artifacts.release import Order
from slimdeploy.config.reader import load
from slimdeploy.deploy.cluster import Cluster as Destination
from slimdeploy.errors import RolledBack
from slimdeploy.plan.workload import workload_plan
from slimdeploy.tools.kube import Kube
from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.e2e.releases import App, app_of

PAIRS = int(os.environ.get("SLIMDEPLOY_TEST_PAIRS", "4"))
NAMES = st.from_regex(r"[A-Z][A-Z0-9_]{0,6}", fullmatch=True).filter(lambda name: name not in {"PORT", "VALUE"})
SETS = st.fixed_dictionaries(
    {
        "env": st.dictionaries(NAMES, st.text(st.characters(min_codepoint=32, max_codepoint=126)), max_size=4),
        "args": st.lists(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=8), max_size=3),
        "ports": st.lists(st.integers(1024, 65535), max_size=2, unique=True),
        "cpu": st.sampled_from(["10m", "50m"]),
        "memory": st.sampled_from(["32Mi", "64Mi"]),
        "user": st.sampled_from([65532, 1000]),
    }
)


def destination(app: App, wanted: dict[str, Any], replicas: int) -> Destination:
    """Where this slim.toml would be deployed."""
    ports = ", ".join(f'{{ name = "p{index}", port = {port} }}' for index, port in enumerate(wanted["ports"]))
    env = ", ".join(f"{name} = {json.dumps(value)}" for name, value in wanted["env"].items())
    app.project.write(
        slim__toml=f"""[app]
name = "hello"
ports = [{ports}]
args = {json.dumps(wanted["args"])}
env = {{ {env} }}
[image]
user = {wanted["user"]}
[deploy]
replicas = {replicas}
resources = {{ cpu = "{wanted["cpu"]}", memory = "{wanted["memory"]}" }}
"""
    )
    target = ClusterTarget(app.cluster.context, app.namespace, str(app.cluster.kubeconfig))
    return Destination(
        workload_plan(load(app.project.folder / "slim.toml"), "hello"), target, Kube(target), timeout=60.0
    )


def release(there: Destination, image: str) -> None:
    delivered = Delivered(image, image.partition("@")[2], uploaded=True)
    there.release(there.diff(image), delivered, Order(), lambda _: None)


def test_the_fields_of_the_previous_release_are_back(project: Project, cluster: Cluster, namespace: str) -> None:
    app, images = app_of(project, cluster, namespace), iter(range(1, 10_000))

    @settings(
        max_examples=PAIRS, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(SETS, SETS)
    def pair(good: dict[str, Any], bad: dict[str, Any]) -> None:
        release(destination(app, good, 0), f"{cluster.registry}/{namespace}/hello@sha256:{next(images):064x}")
        before = app.stored_fields()
        absent = f"{cluster.registry}/{namespace}/hello@sha256:{next(images):064x}"
        with pytest.raises(RolledBack, match="the image cannot be pulled"):
            release(destination(app, bad, 1), absent)
        assert app.stored_fields() == before
        assert app.leases() == []
        assert list(app.outcomes().values())[:2] == ["rolled-back", "deployed"]

    pair()
