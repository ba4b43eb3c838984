"""Image -> Delivered, in a registry: pushed only if it is not there, and looked at afterwards."""

from __future__ import annotations

import re
from dataclasses import replace

from slimdeploy.artifacts.build import Delivered, Image
from slimdeploy.artifacts.deploy_plan import RegistryPlan
from slimdeploy.errors import IntegrityError, PushFailed
from slimdeploy.events import Step, megabytes
from slimdeploy.tools import credentials
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.persistence import persist
from slimdeploy.tools.registry_errors import explain, said
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.tools.traffic import Watch

OVERWRITE_REFUSED = re.compile(
    r"uploading manifest.*(immutable|be overwritten|tag invalid|already exists|denied|StatusCode: 4(0[0359]|12))",
    re.IGNORECASE,
)


def push(plan: RegistryPlan, image: Image, skopeo: Skopeo, step: Step, *, new: bool = False) -> Delivered:
    """Make the registry hold this digest; whether it does already is not asked of a `new` image.

    Raises Unreachable, NotAllowed, PushFailed, IntegrityError.
    """
    watch = Watch(plan.idle, lambda sent: step.waiting(_progress(sent, image)))
    asking = replace(skopeo, watch=watch)
    try:
        return persist(lambda left: _push(plan, image, replace(asking, timeout=left), new=new), plan.timeout, step)
    except ToolFailed as failure:
        if OVERWRITE_REFUSED.search(said(failure)) and (held := _held(plan, image, asking)):
            return _settle(plan, image, held)
        raise explain(failure, plan.address, credentials.my_access(plan.address)) from None


def tag_of(image: Image) -> str:
    """The tag without image.tag: made of the digest, so it never moves, and no registry collects the manifest."""
    return "slim-" + image.digest.removeprefix("sha256:")[:12]


def _push(plan: RegistryPlan, image: Image, skopeo: Skopeo, *, new: bool) -> Delivered:
    reference, tagged = f"{plan.repository}@{image.digest}", _tagged(plan, image)
    if not new and skopeo.digest(tagged) == image.digest:
        return Delivered(reference, image.digest, uploaded=False)
    skopeo.copy_to_registry(image.layout, tagged)
    held = skopeo.digest(f"{plan.address}@{image.digest}")
    if held != image.digest:
        raise IntegrityError(
            f"the registry does not hold what was pushed: {reference}",
            details=(f"pushed {image.digest}", f"serves {held or 'nothing under that digest'}"),
            hint="do not deploy from this registry before it is checked",
        )
    return Delivered(reference, image.digest, uploaded=True)


def _settle(plan: RegistryPlan, image: Image, held: str) -> Delivered:
    """The registry did not let us write a tag that is there: fine if somebody else has just put the same there."""
    if held == image.digest:
        return Delivered(f"{plan.repository}@{image.digest}", image.digest, uploaded=True)
    tagged = _tagged(plan, image)
    raise PushFailed(
        f"tag {tagged.rpartition(':')[2]} is immutable and differs",
        details=(f"{tagged} there  {held}", f"{tagged} here   {image.digest}"),
        hint='a new version needs a new tag: image.tag = "{version}", or none at all',
    )


def _held(plan: RegistryPlan, image: Image, skopeo: Skopeo) -> str | None:
    try:
        return skopeo.digest(_tagged(plan, image))
    except ToolFailed:
        return None


def _tagged(plan: RegistryPlan, image: Image) -> str:
    return f"{plan.address}:{plan.tag or tag_of(image)}"


def _progress(sent: int, image: Image) -> str:
    return f"{megabytes(min(sent, image.compressed_size))} of {megabytes(image.compressed_size)} sent"
