"""What this machine can give to an image: CA certificates and time zones."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.artifacts.plan import HostFiles

CA_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/ca-bundle.pem"),
    Path("/etc/ssl/cert.pem"),
)
ZONE_TREES = (Path("/usr/share/zoneinfo"), Path("/usr/share/lib/zoneinfo"))


def host_files() -> HostFiles:
    """The first bundle and the first tree that there are."""
    return HostFiles(
        bundle=next((path for path in CA_BUNDLES if path.is_file()), None),
        zones=next((path for path in ZONE_TREES if (path / "UTC").is_file()), None),
    )
