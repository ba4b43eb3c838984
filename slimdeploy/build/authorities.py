"""The CA bundle of the image: this machine's, with the project's own certificates after it."""

from __future__ import annotations

from pathlib import Path

from slimdeploy.artifacts.plan import HostFiles
from slimdeploy.build.files import PRIVATE_KEY, problem, refusal
from slimdeploy.config.beneath import open_beneath
from slimdeploy.config.secret_files import secret_content
from slimdeploy.errors import ImageFailed

LARGEST = 1 << 20


def host_bundle(host: HostFiles) -> Path:
    """This machine's bundle. Raises ImageFailed when it has none."""
    if host.bundle is None:
        raise ImageFailed(
            "the program reads the system's CA certificates, and this machine has none to copy",
            hint='install the package ca-certificates, or set image.ca = "none"',
        )
    return host.bundle


def certificates(path: str, project: Path) -> bytes:
    """A file of the project that holds CA certificates in PEM, and nothing that must stay private."""
    try:
        with open_beneath(project, path) as file:
            content = file.read(LARGEST)
    except OSError as error:
        raise refusal([problem(path, "image.ca", f"cannot be read: {error.strerror}")]) from None
    if why := objection(content):
        raise refusal([problem(path, "image.ca", why)])
    return content if content.endswith(b"\n") else content + b"\n"


def objection(content: bytes) -> str:
    """What stands against this as a list of CA certificates; "" when OpenSSL reads it as one."""
    if secret_content(content):
        return f"{PRIVATE_KEY}: keep the certificates only"
    import ssl  # 20 ms, and most projects have no certificates of their own

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=content.decode("ascii"))
    except UnicodeDecodeError:
        return "is not PEM: it takes CA certificates between BEGIN and END lines"
    except (ssl.SSLError, ValueError):
        return "holds no certificates that can be read"
    loaded = context.cert_store_stats()
    if loaded["x509_ca"] < max(1, content.count(b"-----BEGIN CERTIFICATE-----")):
        return "holds a certificate that is no CA's"
    return ""
