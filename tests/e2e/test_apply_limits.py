"""Objects that are too large: said with exit code 65 before anything is compiled; what we let through, etcd takes."""

from __future__ import annotations

import base64
import json
import random

import pytest

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.errors import ApiRejected
from slimdeploy.manifests import limits
from slimdeploy.manifests.deployment import deployment
from slimdeploy.tools.kube import Kube
from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project, for_cluster
from tests.unit.samples import workload

IMAGE = "localhost/nothing@sha256:" + "0" * 64
LONG = "x" * 100_000


@pytest.fixture
def kube(cluster: Cluster, namespace: str) -> Kube:
    return Kube(ClusterTarget(cluster.context, namespace, str(cluster.kubeconfig)))


def with_variables(count: int, value: str, namespace: str) -> Manifest:
    env = tuple((f"A{number}", value) for number in range(count))
    return deployment(workload(env=env, replicas=0, ports=(), health=None), namespace, IMAGE)


@pytest.mark.parametrize("count", [1000, 11])
def test_etcd_takes_what_we_let_through(kube: Kube, namespace: str, count: int) -> None:
    empty = len(json.dumps(with_variables(count, "", namespace), separators=(",", ":")))
    most = with_variables(count, "x" * ((limits.OBJECT - empty) // count), namespace)
    limits.check([most])
    assert kube.apply(most, dry_run=False).object["metadata"]["uid"]
    with pytest.raises(limits.TooLarge):
        limits.check([with_variables(count, "x" * ((limits.OBJECT - empty) // count + 1), namespace)])


def test_what_etcd_refuses_is_not_tried_again(kube: Kube, cluster: Cluster, namespace: str) -> None:
    huge, log = with_variables(20, LONG, namespace), cluster.audit.mark()
    assert kube.apply(huge, dry_run=True), "a dry-run does not ask etcd"
    with pytest.raises(ApiRejected, match="rejected it") as refused:
        kube.apply(huge, dry_run=False)
    assert "etcdserver: request is too large" in refused.value.details
    assert "1.5 MiB" in refused.value.hint
    assert len(log.mutating("slimdeploy", namespace)) == 1


NOISE = base64.b64encode(random.Random(1).randbytes(90_000)).decode()
TOO_LARGE = {
    "object": (  # each $ is sent as $$
        "[app.env]\n" + "".join(f'A{number} = "{"$" * 100_000}"\n' for number in range(9)),
        "deployment/hello in etcd would have",
    ),
    "record": (
        '[deploy.migrate]\nargs = ["m"]\n[app.env]\n' + "".join(f'A{n} = "{n}{NOISE}"\n' for n in range(8)),
        "a release in the history, packed, would have",
    ),
}


@pytest.mark.parametrize("kind", TOO_LARGE)
def test_it_is_refused_before_anything_is_done(deployed: Project, cluster: Cluster, namespace: str, kind: str) -> None:
    more, said = TOO_LARGE[kind]
    deployed.write(slim__toml=for_cluster(cluster, namespace, more=more))
    log = cluster.audit.mark()
    result = deployed.slimdeploy("up")
    assert result.code == 65, str(result)[:2000]
    assert said in result.stderr
    assert "slim.toml:" in result.stderr
    assert "compile" not in result.stderr
    assert log.mutating("slimdeploy", namespace) == []
