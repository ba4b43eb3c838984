"""What runs in the cluster, and what it prints: asked for by `status` and `logs`, nothing is written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.deploy import pods as reading
from slimdeploy.deploy.destination import Instance, Status
from slimdeploy.deploy.observation import look
from slimdeploy.manifests.labels import selector
from slimdeploy.tools.kube import Kube


def status(app: str, target: ClusterTarget, kube: Kube) -> Status:
    """The Deployment and its pods."""
    seen = look(ObjectRef("Deployment", app, target.namespace), kube)
    where = f"{target.context}/{target.namespace}"
    if seen is None:
        return Status(app, where, "", 0, ())
    image = seen.deployment["spec"]["template"]["spec"]["containers"][0]["image"]
    pods = kube.pods(target.namespace, selector(app))
    return Status(app, where, image, seen.wanted, tuple(_instance(pod) for pod in pods))


def logs(app: str, kube: Kube, *, tail: int, follow: bool, sink: Callable[[str], None]) -> None:
    """The lines of all pods, each with its pod's name when there are several."""
    namespace = kube.target.namespace
    names = [pod["metadata"]["name"] for pod in kube.pods(namespace, selector(app))]
    prefixes = {name: f"{name}  " if len(names) > 1 else "" for name in names}
    if not follow:
        for name in names:
            for line in kube.logs(namespace, name, tail=tail).splitlines():
                sink(prefixes[name] + line)
        return
    followers = [
        threading.Thread(target=_follow, args=(kube, name, tail), kwargs={"prefix": prefixes[name], "sink": sink})
        for name in names
    ]
    for follower in followers:
        follower.daemon = True
        follower.start()
    for follower in followers:
        follower.join()


def _follow(kube: Kube, pod: str, tail: int, *, prefix: str, sink: Callable[[str], None]) -> None:
    for line in kube.follow(kube.target.namespace, pod, tailLines=str(tail)):
        sink(prefix + line)


def _instance(pod: dict[str, Any]) -> Instance:
    statuses = pod.get("status", {}).get("containerStatuses") or [{}]
    return Instance(
        name=pod["metadata"]["name"],
        state=reading.pod_state(pod),
        ready=reading.is_ready(pod),
        restarts=statuses[0].get("restartCount", 0),
        image=pod["spec"]["containers"][0]["image"],
    )
