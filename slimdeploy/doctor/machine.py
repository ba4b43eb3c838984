"""This machine: what an ordinary user needs for buildah and podman, room in the cache, certificates for the image."""

from __future__ import annotations

import os
import pwd
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from slimdeploy.doctor.finding import Finding, caution, failure, fine
from slimdeploy.errors import DiskFull, ImageFailed, SlimdeployError, ToolMissing
from slimdeploy.facts.host import host_files
from slimdeploy.state.places import cache
from slimdeploy.tools.command import Command, ToolFailed, find, run

LEAST_BYTES, FEW_BYTES = 100_000_000, 1_000_000_000
OLD_DAYS = 365
NAMESPACES = (
    "sysctl user.max_user_namespaces kernel.unprivileged_userns_clone kernel.apparmor_restrict_unprivileged_userns"
)


def room() -> Finding:
    """The cache folder: it can be written to, and the file system has bytes and inodes left."""
    try:
        folder = cache()
    except SlimdeployError as error:
        return failure("disk", error)
    free, inodes = shutil.disk_usage(folder).free, os.statvfs(folder)
    said = f"{free / 1e9:.1f} GB free in {folder}"
    if not os.access(folder, os.W_OK) or (inodes.f_files and not inodes.f_favail):
        return failure(
            "disk", DiskFull(f"nothing can be written to {folder}", hint="XDG_CACHE_HOME names another place")
        )
    if free < LEAST_BYTES:
        return failure("disk", DiskFull(said, hint="slimdeploy cache prune; go clean -cache"))
    return caution("disk", said, "slimdeploy cache prune; go clean -cache") if free < FEW_BYTES else fine("disk", said)


def authorities(wanted: str) -> Finding:
    """The CA bundle that goes into images: there, and how old. `wanted` is image.ca."""
    bundle = host_files().bundle
    if bundle is None:
        hint = "apt-get install ca-certificates"
        if wanted == "system":
            return failure("ca bundle", ImageFailed("none on this machine, and image.ca wants it", hint=hint))
        return caution("ca bundle", "none on this machine: a program that calls https cannot be built", hint)
    days = (time.time() - bundle.stat().st_mtime) / 86400
    said = f"{bundle}, {days:.0f} days old"
    if days > OLD_DAYS:
        return caution("ca bundle", said, "apt-get install --only-upgrade ca-certificates: it goes into the images")
    return fine("ca bundle", said)


def rootless(*, podman: bool) -> Iterator[Finding]:
    """What root does not need to be asked about."""
    if os.geteuid() == 0:
        yield fine("user", "root")
        return
    name = _name()
    yield fine("user", f"{name} ({os.geteuid()}), rootless")
    yield _namespaces()
    yield from _ids(name)
    if podman:
        yield from _for_podman()


def _namespaces() -> Finding:
    try:
        run(Command(("unshare", "--user", "true"), timeout=5))
    except (ToolFailed, ToolMissing) as failed:
        cause = failed.output[-1] if isinstance(failed, ToolFailed) and failed.output else failed.what
        refused = ToolMissing(f"buildah as an ordinary user needs them: {cause}", hint=NAMESPACES)
        return failure("user namespaces", refused)
    return fine("user namespaces", "allowed")


def _ids(name: str) -> Iterator[Finding]:
    for file in (Path("/etc/subuid"), Path("/etc/subgid")):
        if not has_range(_text(file), name, os.geteuid()):
            then = f"usermod --add-sub{file.name[3:]}s 100000-165535 {name}; images are made without"
            yield caution(file.name, f"no range for {name} in {file}", then)
    if find("newuidmap") is None:
        yield caution("newuidmap", "not installed; images are made without", "package uidmap")


def _for_podman() -> Iterator[Finding]:
    runtime, device = Path(f"/run/user/{os.geteuid()}"), Path("/dev/net/tun")
    if not runtime.is_dir():
        yield caution("runtime folder", f"there is no {runtime}: podman's network fails", "loginctl enable-linger")
    if find("slirp4netns") and not os.access(device, os.R_OK | os.W_OK):
        yield caution("/dev/net/tun", "cannot be used: podman's network fails", f"chmod 0666 {device}, as root")


def has_range(text: str, name: str, uid: int) -> bool:
    """Whether subuid(5) gives this user a range of ids: by name or by number."""
    fields = (line.split(":") for line in text.splitlines())
    return any(len(each) == 3 and each[0] in {name, str(uid)} and each[2].isdigit() and int(each[2]) for each in fields)


def _name() -> str:
    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return str(os.geteuid())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
