"""The way back: an image, wherever it is, -> an OCI layout here, to be looked at."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.artifacts.plan import Platform
from slimdeploy.errors import DiskFull, NotAllowed, SlimdeployError, Unreachable, UnreadableFile
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.registry_errors import reason_for, said
from slimdeploy.tools.skopeo import Skopeo

DOCKER = "docker://"
TRANSPORTS = (DOCKER, "oci:", "oci-archive:", "docker-archive:", "containers-storage:", "dir:")
STORE = "localhost/"
"""What podman calls images that come from no registry."""
WHERE_TO_LOOK = {
    "docker:": "look at the name: skopeo inspect {0}",
    "containers-storage:": "podman images lists what is in podman's store; other images have a registry's name",
    "oci:": "an OCI layout is a folder with an index.json",
}


def pull(reference: str, layout: Path, platform: Platform, skopeo: Skopeo) -> None:
    """Copy an image into a new layout, for this platform if it has several.

    Raises Unreachable, NotAllowed, DiskFull, and UnreadableFile when there is no such image.
    """
    try:
        skopeo.copy_from(source(reference), layout, platform)
    except ToolFailed as failure:
        raise explain(reference, failure) from None


def source(reference: str) -> str:
    """The image as skopeo names it: a plain reference is in a registry, localhost/... in podman's store."""
    if reference.startswith(TRANSPORTS):
        return reference
    return f"containers-storage:{reference}" if reference.startswith(STORE) else f"docker://{reference}"


def explain(reference: str, failure: ToolFailed) -> SlimdeployError:
    """What it means that an image cannot be had."""
    text = said(failure)
    if "no space left" in text:
        return DiskFull(f"{reference} cannot be pulled: no space left on the device", details=(text,))
    kind = reason_for(failure).error
    if kind is Unreachable:
        return Unreachable(f"{reference} cannot be pulled", details=(text,), hint="look at the name and the network")
    if kind is NotAllowed:
        return NotAllowed(f"{reference} may not be pulled", details=(text,), hint="skopeo login, or another name")
    return no_such_image(reference, text)


def no_such_image(reference: str, text: str = "") -> UnreadableFile:
    """An image that was named is not there."""
    what, where = f"there is no image {reference} that can be read", source(reference)
    hint = next((hint for start, hint in WHERE_TO_LOOK.items() if where.startswith(start)), "look at the path")
    return UnreadableFile(what, details=(text,) if text else (), hint=hint.format(where))
