"""Image -> Delivered, in local podman's store."""

from __future__ import annotations

from slimdeploy.artifacts.build import Delivered, Image
from slimdeploy.artifacts.plan import StorePlan
from slimdeploy.errors import IntegrityError, PushFailed
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.podman import Podman
from slimdeploy.tools.skopeo import Skopeo


def load(plan: StorePlan, image: Image, skopeo: Skopeo, podman: Podman) -> Delivered:
    """Make podman's store hold this digest under REPOSITORY:latest. Raises PushFailed, IntegrityError.

    The image that had the name before goes, unless a container still runs it: then that goes with the container.
    """
    reference, name = f"{plan.repository}@{image.digest}", f"{plan.repository}:latest"
    before = podman.inspect_image(name)
    if before and before["Digest"] == image.digest:
        return Delivered(reference, image.digest, uploaded=False)
    try:
        skopeo.copy_to_store(image.layout, name)
    except ToolFailed as failure:
        raise PushFailed("podman's store did not take the image", details=failure.output[-3:]) from None
    if before:
        podman.drop_nameless(before["Id"])
    found = podman.inspect_image(name)
    held = found and found["Digest"]
    if held != image.digest:
        raise IntegrityError(f"podman's store holds {held} under {name}, not {image.digest}")
    return Delivered(reference, image.digest, uploaded=True)
