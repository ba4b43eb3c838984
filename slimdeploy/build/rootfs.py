"""RootfsPlan + StaticBinary -> RootFilesystem: the binary, and only what is linked into it needs."""

from __future__ import annotations

import hashlib
from pathlib import Path

from slimdeploy.artifacts.build import RootFile, RootFilesystem, StaticBinary
from slimdeploy.artifacts.plan import RootfsPlan
from slimdeploy.errors import ImageFailed

CA_TARGET = "/etc/ssl/certs/ca-certificates.crt"  # the first place where crypto/x509 looks (root_linux.go)
CA_SOURCES = (
    Path("/etc/ssl/certs/ca-certificates.crt"),
    Path("/etc/pki/tls/certs/ca-bundle.crt"),
    Path("/etc/ssl/ca-bundle.pem"),
    Path("/etc/ssl/cert.pem"),
)
READS_ROOTS = "crypto/x509.systemRootsPool"


def collect_files(plan: RootfsPlan, binary: StaticBinary) -> RootFilesystem:
    """Everything that the image will hold. Raises ImageFailed when this machine has no CA bundle to copy."""
    program = RootFile(plan.entrypoint, binary.path, 0o555, binary.size, binary.sha256, "the program")
    return RootFilesystem((program, *_authorities(plan, binary)))


def needs_authorities(plan: RootfsPlan, functions: frozenset[str]) -> bool:
    """Whether the CA bundle belongs into the image; when the function table is unknown, it does."""
    if plan.ca == "auto":
        return READS_ROOTS in functions or not functions
    return plan.ca == "system"


def _authorities(plan: RootfsPlan, binary: StaticBinary) -> tuple[RootFile, ...]:
    if not needs_authorities(plan, binary.functions):
        return ()
    source = next((path for path in CA_SOURCES if path.is_file()), None)
    if source is None:
        raise ImageFailed(
            "the program reads the system's CA certificates, and this machine has none to copy",
            hint='install the package ca-certificates, or set image.ca = "none"',
        )
    content = source.read_bytes()
    why = f"{READS_ROOTS} is linked in" if plan.ca == "auto" else 'image.ca = "system"'
    return (RootFile(CA_TARGET, source, 0o444, len(content), hashlib.sha256(content).hexdigest(), why),)
