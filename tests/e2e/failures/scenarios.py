"""The ways in which a release fails, each with what a person has to read. bench/failures.py writes docs/failures.md by
the same table.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from slimdeploy.artifacts.workload import Health
from tests.cluster.cluster import Cluster
from tests.unit.samples import HTTP

Manifest = dict[str, Any]
Act = Callable[[Cluster, str], None]
TCP = Health("tcp", HTTP)
APP = "breaks"


def nothing(*_: object) -> None:
    """Neither prepared nor disturbed."""


@dataclass(frozen=True)
class Scenario:
    """One way to fail. `says` is in the error's first line, `shows` in the evidence, `advises` in the next step."""

    name: str
    kind: str
    says: str
    advises: str
    shows: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    argument: str = ""
    image: str = "breaks"
    plan: Mapping[str, Any] = field(default_factory=dict)
    edit: Callable[[Manifest], object] = nothing
    before: Act = nothing
    meanwhile: Act = nothing
    security: str = "restricted"
    timeout: float = 30.0
    ours: bool = True


def pod_spec(deployment: Manifest) -> Manifest:
    spec: Manifest = deployment["spec"]["template"]["spec"]
    return spec


def from_secret(deployment: Manifest) -> None:
    reference = {"secretKeyRef": {"name": "db", "key": "url"}}
    pod_spec(deployment)["containers"][0]["env"].append({"name": "DB_URL", "valueFrom": reference})


def from_config(deployment: Manifest) -> None:
    pod_spec(deployment)["volumes"].append({"name": "config", "configMap": {"name": "settings"}})
    pod_spec(deployment)["containers"][0]["volumeMounts"].append({"name": "config", "mountPath": "/etc/app"})


def as_root(deployment: Manifest) -> None:
    pod_spec(deployment)["securityContext"] |= {"runAsUser": 0}


def unprobed(deployment: Manifest) -> None:
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        pod_spec(deployment)["containers"][0].pop(name, None)


def impatient(deployment: Manifest) -> None:
    pod_spec(deployment)["containers"][0]["startupProbe"]["failureThreshold"] = 2
    pod_spec(deployment)["containers"][0].pop("lifecycle", None)  # no time to drain: it is ended soon
    pod_spec(deployment)["terminationGracePeriodSeconds"] = 1


def held(deployment: Manifest) -> None:
    deployment["spec"]["minReadySeconds"] = 10


def on_volume(deployment: Manifest) -> None:
    pod_spec(deployment)["volumes"].append({"name": "data", "persistentVolumeClaim": {"claimName": "data"}})


def on_labelled_node(deployment: Manifest) -> None:
    pod_spec(deployment)["nodeSelector"] = {"disk": "fast"}


def other_secret(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("create", "secret", "generic", "db", "--from-literal=other=x", "-n", namespace)


def quota(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("create", "quota", "small", "--hard=pods=0", "-n", namespace)


def limits(cluster: Cluster, namespace: str) -> None:
    limit = {"type": "Container", "max": {"memory": "32Mi"}}
    cluster.apply(object_("LimitRange", "small", namespace, {"limits": [limit]}))


def claim(cluster: Cluster, namespace: str) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "none"}
    cluster.apply(object_("PersistentVolumeClaim", "data", namespace, spec))


def object_(kind: str, name: str, namespace: str, spec: Manifest) -> Manifest:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": namespace}, "spec": spec}


def pause(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("rollout", "pause", f"deployment/{APP}", "-n", namespace)


def delete(cluster: Cluster, namespace: str) -> None:
    cluster.kubectl("delete", "deployment", APP, "-n", namespace, "--wait=false")


def replace(cluster: Cluster, namespace: str) -> None:
    patch = {"spec": {"template": {"metadata": {"annotations": {"release": "theirs"}}}}}
    manager = "--field-manager=somebody"
    cluster.kubectl("patch", "deployment", APP, "-n", namespace, manager, "-p", json.dumps(patch))


def scenarios() -> tuple[Scenario, ...]:
    """In the order in which they are documented."""
    return (*IMAGES, *PROGRAMS, *PROBES, *CLUSTERS, *OTHERS)


NO_DIGEST = "sha256:" + "0" * 64
CRASH = "the program ends again and again: exit code"
IMAGES = (
    Scenario("image not found", "ErrImagePull", "cannot be pulled", "is the image in that registry", image="absent"),
    Scenario("pull denied", "ErrImagePull", "cannot be pulled", "may not pull from this registry", image="denied"),
    Scenario("dynamic binary", "Error", CRASH, "the binary is dynamic", ("/breaks: no such file",), image="dynamic"),
    Scenario("image for arm64", "Error", "exec format error", 'platforms = ["linux/amd64"]', image="arm64"),
    Scenario(
        "program for arm64",
        "Error",
        "exec format error",
        'platforms = ["linux/amd64"]',
        ("format error",),
        image="mistaken",
    ),
)
PROGRAMS = (
    Scenario(
        "exits 1", "Error", f"{CRASH} 1", "logs", ("fatal: cannot go on", "line 29"), ("line 9\n",), argument="exit"
    ),
    Scenario(
        "panics",
        "Error",
        "exit code 2: panic: assignment to entry in nil map",
        "logs",
        ("opening the store", "at main.(*store).put", "at main.main"),
        ("runtime.",),
        argument="panic",
    ),
    Scenario(
        "deadlock",
        "Error",
        "all goroutines are asleep",
        "logs",
        ("at main.main",),
        ("goroutine ",),
        argument="deadlock",
    ),
    Scenario("prints its usage", "Completed", "exit code 0", "app.args", ("Usage of",), argument="usage"),
    Scenario("ends by itself", "Completed", "exit code 0", "a Job", ("imported 17 rows",), argument="done"),
    Scenario("missing variable", "Error", CRASH, "app.env", ("DB_URL is not set",), argument="variable"),
    Scenario("missing certificates", "Error", CRASH, 'image.ca = "system"', ("x509: ",), argument="authority"),
    Scenario("missing time zones", "Error", CRASH, "image.timezones", ("unknown time zone",), argument="zone"),
    Scenario("read-only file system", "Error", CRASH, "only /tmp is writable", ("mkdir /data",), argument="write"),
    Scenario("port 80", "Error", CRASH, "port 80 is below 1024", ("permission denied",), argument="low"),
    Scenario("missing file", "Error", CRASH, "image.files", ("views/index.html",), argument="file"),
    Scenario("out of memory", "OOMKilled", "OOMKilled", "the limit is 64Mi, GOMEMLIMIT 58 Mi", argument="memory"),
    Scenario("worker that exits", "Error", CRASH, "logs", argument="exit", edit=unprobed),
    Scenario("ready, then crashes", "Error", CRASH, "logs", ("lost the database",), argument="later", edit=held),
)
PROBES = (
    Scenario("never ready", "Timeout", "/healthz answers 500", "its log", argument="unready", timeout=10),
    Scenario(
        "wrong path",
        "Timeout",
        "/health answers 404",
        "app.health",
        plan={"health": Health("http", HTTP, "/health")},
        timeout=10,
    ),
    Scenario(
        "loopback only",
        "Timeout",
        "nothing listens",
        "on its own 127.0.0.1 only",
        ("of its own",),
        argument="loopback",
        timeout=10,
    ),
    Scenario("another port", "Timeout", "nothing listens", "9090", argument="elsewhere", timeout=10),
    Scenario("never listens", "ProbeFailed", "startup probe", "port 8080", argument="silent", edit=impatient),
)
CLUSTERS = (
    Scenario("missing secret", "CreateContainerConfigError", 'secret "db" not found', "create", edit=from_secret),
    Scenario(
        "missing secret key",
        "CreateContainerConfigError",
        "couldn't find key url",
        "add the key url",
        edit=from_secret,
        before=other_secret,
    ),
    Scenario("missing config map", "FailedMount", 'configmap "settings" not found', "create", edit=from_config),
    Scenario(
        "asks for root",
        "CreateContainerConfigError",
        "non-root policy",
        "image.user",
        edit=as_root,
        security="baseline",
    ),
    Scenario("not hardened", "FailedCreate", "violates PodSecurity", "Pod Security level", edit=as_root),
    Scenario("quota", "FailedCreate", "exceeded quota: small", "more quota", before=quota),
    Scenario("limit range", "FailedCreate", "maximum memory usage", "deploy.resources.memory", before=limits),
    Scenario("too large", "Timeout", "Insufficient cpu", "deploy.resources", plan={"cpu": "500"}, timeout=3),
    Scenario("no such node", "Timeout", "node affinity/selector", "labels", edit=on_labelled_node, timeout=3),
    Scenario("volume pending", "Timeout", "PersistentVolumeClaim", "get pvc", edit=on_volume, before=claim, timeout=3),
)
OTHERS = (
    Scenario("paused", "Paused", "paused by kubectl", "rollout resume", argument="silent", meanwhile=pause, ours=False),
    Scenario("deleted", "Deleted", "was deleted", "run it again", argument="silent", meanwhile=delete, ours=False),
    Scenario(
        "superseded",
        "Superseded",
        "superseded by somebody",
        "who else",
        argument="silent",
        meanwhile=replace,
        ours=False,
    ),
)
