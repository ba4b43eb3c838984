"""What this machine can give to an image, CA certificates and time zones; and which images it can run."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from slimdeploy.artifacts.plan import HostFiles, Platform
from slimdeploy.errors import PolicyRefused
from slimdeploy.facts.machine import CA_BUNDLES, ZONE_TREES
from slimdeploy.tools.go import host

EMULATORS = Path("/proc/sys/fs/binfmt_misc")
QEMU = {"amd64": "x86_64", "arm64": "aarch64", "386": "i386"}
"""qemu's word for an architecture, where it is another one than Go's."""
ALSO_RUN = {"amd64": "386", "arm64": "arm"}


def host_files() -> HostFiles:
    """The first bundle and the first tree that there are."""
    return HostFiles(
        bundle=next((path for path in CA_BUNDLES if path.is_file()), None),
        zones=next((path for path in ZONE_TREES if (path / "UTC").is_file()), None),
    )


def check_host(platforms: Sequence[Platform]) -> None:
    """Whether one of these images runs here, by the processor or by qemu. Raises PolicyRefused.

    Without one for this machine podman is given the first (artifacts/build.py, `fitting`).
    """
    here = host()
    if any(each.architecture == here.architecture for each in platforms) or _runs(platforms[0], here):
        return
    raise PolicyRefused(
        f"this machine is {here}, build.platforms is {', '.join(map(str, platforms))}: it would not start here",
        hint=f"--platform {here}",
    )


def _runs(platform: Platform, here: Platform) -> bool:
    """As the second architecture of the processor, or because qemu is registered for it (binfmt_misc)."""
    wanted = platform.architecture
    return ALSO_RUN.get(here.architecture) == wanted or (EMULATORS / f"qemu-{QEMU.get(wanted, wanted)}").exists()
