"""What a base image has already, and where its links lead: ours go where they can be, and only if they must."""

from __future__ import annotations

import posixpath
from dataclasses import replace

from slimdeploy.artifacts.build import Base, RootFile
from slimdeploy.config.assets import CERTIFICATES, ZONES
from slimdeploy.errors import ImageFailed

ROOTS = (
    CERTIFICATES,
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)
"""Where crypto/x509 looks (root_linux.go)."""
MOST_LINKS = 40  # as the kernel (path_resolution(7))


def has_authorities(base: Base | None) -> bool:
    """Whether Go finds root certificates there."""
    return base is not None and any(base.holds(resolve(base, path)) for path in ROOTS)


def has_zones(base: Base | None) -> bool:
    """Whether there is a tree of time zones."""
    return base is not None and base.holds(resolve(base, f"{ZONES}/UTC"))


def has_account(passwd: str, user: int) -> bool:
    """Whether this /etc/passwd knows the user's number."""
    return any(line.split(":")[2:3] == [str(user)] for line in passwd.splitlines())


def through_links(file: RootFile, base: Base) -> RootFile:
    """The file where its folder really is: a folder of ours would replace the base's link (/lib -> usr/lib)."""
    folder, _, name = file.target.rpartition("/")
    place = f"{resolve(base, folder).rstrip('/')}/{name}"
    return file if place == file.target else replace(file, target=place)


def resolve(base: Base, path: str) -> str:
    """An absolute path without links. Raises ImageFailed for links that lead in a circle."""
    for _ in range(MOST_LINKS):
        link = next((part for part in _upwards(path) if base.paths.get(part)), None)
        if link is None:
            return path
        target = posixpath.join(posixpath.dirname(link), base.paths[link])
        path = posixpath.normpath(target + path.removeprefix(link))
    raise ImageFailed(f"{path}: the links of {base.pinned.reference} lead in a circle")


def _upwards(path: str) -> list[str]:
    """/a, /a/b, /a/b/c."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: index + 1]) for index in range(len(parts))]
