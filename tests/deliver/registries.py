"""The real registry with TLS or with logins: certificates that are wrong in each way, and one user."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.cluster.ports import free_ports
from tests.cluster.registry import CONFIG, wait_until_listening

USER, PASSWORD = "alice", "secret"
HTPASSWD = f"{USER}:$2y$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n"
TLS = """\
  tls:
    certificate: {folder}/tls.crt
    key: {folder}/tls.key
"""
LOGIN = """\
auth:
  htpasswd:
    realm: test
    path: {folder}/htpasswd
"""
AUTHORITY = """\
[ca]
default_ca = here
[here]
database = index
serial = serial
new_certs_dir = .
default_md = sha256
policy = names
copy_extensions = copy
[names]
commonName = supplied
"""
YEARS = {"valid": ("20200101", "20900101"), "past": ("20200101", "20210101"), "future": ("20800101", "20900101")}


@contextmanager
def registry_with_login(folder: Path) -> Iterator[str]:
    """Its address; only USER with PASSWORD may do anything."""
    (folder / "htpasswd").write_text(HTPASSWD)
    with _running(folder, LOGIN) as address:
        yield address


@contextmanager
def registry_with_tls(folder: Path, *, name: str, years: str) -> Iterator[str]:
    """Its address; the certificate is self-signed, for `name` (as in subjectAltName), valid in these YEARS."""
    certify(folder, name, YEARS[years])
    with _running(folder, TLS) as address:
        yield address


@contextmanager
def _running(folder: Path, more: str) -> Iterator[str]:
    address, config = f"127.0.0.1:{free_ports(1)[0]}", folder / "registry.yaml"
    config.write_text((CONFIG + more).format(folder=folder, address=address))
    command = ["setpriv", "--pdeathsig", "KILL", "--", "docker-registry", "serve", str(config)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_until_listening(address)
        yield address
    finally:
        process.kill()
        process.wait()


def certify(folder: Path, name: str, years: tuple[str, str]) -> None:
    (folder / "ca.cnf").write_text(AUTHORITY)
    (folder / "index").touch()
    (folder / "serial").write_text("01\n")
    start, end = (f"{day}000000Z" for day in years)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-noenc", "-keyout", "tls.key")
    _openssl(folder, "req", *key, "-subj", "/CN=registry", "-addext", f"subjectAltName={name}", "-out", "request")
    signed = ("-selfsign", "-keyfile", "tls.key", "-startdate", start, "-enddate", end, "-batch", "-notext")
    _openssl(folder, "ca", "-config", "ca.cnf", "-in", "request", *signed, "-out", "tls.crt")


def _openssl(folder: Path, *arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True, text=True)
