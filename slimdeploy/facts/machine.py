"""Where a machine keeps what an image may need: where Go itself looks for it on Linux."""

from __future__ import annotations

from pathlib import Path

CA_BUNDLES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/ca-bundle.pem"),
    Path("/etc/ssl/cert.pem"),
)
ZONE_TREES = (Path("/usr/share/zoneinfo"), Path("/usr/share/lib/zoneinfo"))
