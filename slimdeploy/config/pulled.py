"""Images that a build starts from: build.base_image and build.builder_image, as docker and podman take them.

`golang:1.26` is short for docker.io/library/golang:1.26. The digest is what counts in the end, so one in the reference
itself is enough; otherwise the tag is looked up once and pinned (slim.lock).
"""

from __future__ import annotations

import re

from slimdeploy.config import references
from slimdeploy.config.refusal import Refused, visible
from slimdeploy.records import frozen

HUB, LIBRARY = "docker.io", "library"
LATEST = "latest"
DIGEST = re.compile("sha256:[0-9a-f]{64}")
TAGGED = re.compile(r"(.+?)(?::([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}))?", re.ASCII)
NOTHING = "scratch"


@frozen
class Reference:
    """An image's full name. Without a tag it is `latest`, as everywhere; a digest wins over any tag."""

    repository: str
    tag: str
    digest: str = ""

    def __str__(self) -> str:
        return f"{self.repository}{f':{self.tag}' if self.tag else ''}{f'@{self.digest}' if self.digest else ''}"


def image(text: str) -> str:
    """[host[:port]/]path[:tag][@sha256:...]."""
    visible(text)
    if text == NOTHING:
        raise Refused('"scratch" is no image', "leave this out: without a base the image starts from nothing")
    parse(text)
    return text


def parse(text: str) -> Reference:
    """The full name. Raises Refused."""
    if "://" in text:
        rest = text.partition("://")[2]
        raise Refused(f'"{text.partition("://")[0]}://" prefix not allowed', f'did you mean "{rest}"?')
    name, at, digest = text.partition("@")
    if at and not DIGEST.fullmatch(digest):
        raise Refused("expected @sha256: and 64 hexadecimal digits", "leave the digest out to have it looked up")
    host, slash, path = name.partition("/")
    if not slash or not references.is_host(host):
        host, path = HUB, name if slash else f"{LIBRARY}/{name}"
    tagged = TAGGED.fullmatch(path)
    bare, tag = (tagged[1], tagged[2] or "") if tagged else (path, "")
    if bare.rpartition("/")[2].count(":"):
        raise Refused(f'"{bare.rpartition(":")[2]}" is not a tag', 'such as "golang:1.26"')
    repository = references.repository(f"{host}/{bare}")
    return Reference(repository, tag or ("" if digest else LATEST), digest)


def check_images(strategy: str, builder: str | None, base: str | None, *, chosen: bool) -> None:
    """Each strategy has the image that it needs. One that it does not use is fine where it was `chosen`: a profile can
    change the strategy, and cannot take a key away.
    """
    if strategy == "builder" and builder is None:
        raise Refused("needs build.builder_image", 'such as builder_image = "golang:1.26"', at=("strategy",))
    if strategy == "base" and base is None:
        raise Refused("needs build.base_image", 'such as base_image = "gcr.io/distroless/static"', at=("strategy",))
    if not chosen and builder is not None:
        raise Refused("is not used", 'write strategy = "builder"', at=("builder_image",), on_key=True)
    if not chosen and base is not None:
        raise Refused("is not used", 'write strategy = "base"', at=("base_image",), on_key=True)
