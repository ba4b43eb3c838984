"""What slim.toml may say, and seldom should: warnings, each with its place. Nothing here is refused."""

from __future__ import annotations

from collections.abc import Iterator

from slimdeploy.config.model import Config
from slimdeploy.config.refusal import KeyPath

Caution = tuple[KeyPath, str]
MEANINGFUL = {
    "PATH": "an image without other programs has no use for it",
    "GODEBUG": "it changes how Go's own packages behave",
    "KUBERNETES_SERVICE_HOST": "it points clients of the API at another server",
}
SMALL_USER = 10_000  # what scanners ask for (KSV-0020): low numbers are given to users of the node


def cautions(config: Config) -> Iterator[Caution]:
    """Everything that is legal and likely a mistake, in the order of the tables."""
    for name, why in MEANINGFUL.items():
        if name in config.app.env:
            yield ("app", "env", name), f"is set for the program: {why}"
    if config.image.tag == "latest":
        yield ("image", "tag"), '"latest" moves; what runs is named by digest, so it only misleads people'
    if config.image.user < SMALL_USER:
        yield ("image", "user"), f"{config.image.user} may be somebody on the node; {SMALL_USER:,} and above is nobody"
    if config.cluster and config.cluster.namespace == "default":
        yield ("cluster", "namespace"), '"default" is shared by everything that names no namespace'
