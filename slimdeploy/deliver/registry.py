"""Image -> Delivered, in a registry: pushed only if it is not there, and looked at afterwards."""

from __future__ import annotations

import re

from slimdeploy.artifacts.build import Delivered, Image
from slimdeploy.artifacts.plan import RegistryPlan
from slimdeploy.errors import IntegrityError, NotAllowed, PushFailed, SlimdeployError, Unreachable
from slimdeploy.tools.command import ToolFailed, ToolTimeout
from slimdeploy.tools.skopeo import Skopeo

REFUSED = re.compile(
    r"unauthorized|authentication required|denied|status: 40[13]|invalid status code.*40[13]", re.IGNORECASE
)
NO_ANSWER = re.compile(
    r"no such host|connection refused|i/o timeout|network is unreachable|no route|tls: |x509: |HTTP response to HTTPS"
)


def push(plan: RegistryPlan, image: Image, skopeo: Skopeo) -> Delivered:
    """Make the registry hold this digest. Raises Unreachable, NotAllowed, PushFailed, IntegrityError."""
    reference = f"{plan.repository}@{image.digest}"
    tagged = f"{plan.repository}:{plan.tag or tag_of(image)}"
    try:
        if skopeo.digest(tagged) == image.digest:
            return Delivered(reference, image.digest, uploaded=False)
        skopeo.copy_to_registry(image.layout, tagged)
        held = skopeo.digest(reference)
    except ToolFailed as failure:
        raise explain(failure, plan) from None
    if held != image.digest:
        raise IntegrityError(
            f"the registry does not hold what was pushed: {reference}",
            details=(f"pushed {image.digest}", f"serves {held or 'nothing under that digest'}"),
            hint="do not deploy from this registry before it is checked",
        )
    return Delivered(reference, image.digest, uploaded=True)


def tag_of(image: Image) -> str:
    """The tag without image.tag: made of the digest, so it never moves, and no registry collects the manifest."""
    return "slim-" + image.digest.removeprefix("sha256:")[:12]


def explain(failure: ToolFailed, plan: RegistryPlan) -> SlimdeployError:
    """What a failed skopeo means. skopeo says the cause in its last line."""
    cause = failure.output[-1:] or ("no output",)
    host = plan.repository.partition("/")[0]
    if "server gave HTTP response to HTTPS" in failure.text:
        return Unreachable(f"{host} speaks plain http", details=cause, hint="image.insecure = true, if that is meant")
    if isinstance(failure, ToolTimeout) or NO_ANSWER.search(failure.text):
        return Unreachable(
            f"the registry {host} does not answer", details=cause, hint="see image.repository in slim.toml"
        )
    if REFUSED.search(failure.text):
        return NotAllowed(f"the registry {host} refuses", details=cause, hint=f"skopeo login {host}")
    return PushFailed(f"the registry {host} did not take the image", details=cause)
