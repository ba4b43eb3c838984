"""`restart`: new pods of the same release, as `kubectl rollout restart`, and waited for.

The annotation that does it belongs to another field manager, so the next `up` neither sees a change nor owns it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.deploy.rollout.rollout import Rollout, wait_all
from slimdeploy.errors import UsageError
from slimdeploy.events import Step
from slimdeploy.tools.kube import Kube


def restart(app: str, refs: Iterable[ObjectRef], kube: Kube, *, timeout: float, step: Step) -> int:
    """Every Deployment of the app; how many pods serve. Raises UsageError when there is none."""
    moment = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    begun = []
    for ref in refs:
        live = kube.restart(ref, moment)
        image = live["spec"]["template"]["spec"]["containers"][0]["image"]
        begun.append(Rollout(ref, live["metadata"]["generation"], image, timeout))
    if not begun:
        raise UsageError(f"{app} is not deployed in {kube.target.namespace}", hint="slimdeploy up deploys it")
    ready = sum(wait_all(begun, kube, step))
    step.summary = f"{ready} ready in {kube.target.namespace}"
    return ready
