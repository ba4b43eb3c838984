"""The keys, certificates and tokens of one run, made with openssl: elliptic curves, because RSA keys take a second."""

from __future__ import annotations

import base64
import json
import secrets
import subprocess
from pathlib import Path

from tests.cluster.layout import CONTEXT, KUBECONFIG, NODE_ADDRESS, NODE_NAME, PKI, SERVICE_ADDRESS, Settings

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
ALTERNATIVE_NAMES = f"IP:127.0.0.1,IP:{NODE_ADDRESS},IP:{SERVICE_ADDRESS},DNS:localhost,DNS:kubernetes.default.svc"
# Everybody who talks to the API server: the name it knows them by, and their group.
USERS = {
    "admin": ("slimdeploy-test-admin", "system:masters"),
    "controllers": ("system:kube-controller-manager", ""),
    "scheduler": ("system:kube-scheduler", ""),
    "proxy": ("system:kube-proxy", ""),
    "kubelet": (f"system:node:{NODE_NAME}", "system:nodes"),
}


def make_certificates() -> None:
    """A CA, the API server's serving certificate, and the key that signs service account tokens."""
    authority = ("-subj", "/CN=slimdeploy-test-ca", "-addext", "keyUsage=critical,keyCertSign,digitalSignature")
    _openssl("req", "-x509", *KEY, "-days", "30", *authority, "-keyout", "ca.key", "-out", "ca.crt")
    serving = ("-subj", "/CN=kube-apiserver", "-addext", f"subjectAltName={ALTERNATIVE_NAMES}")
    issuer = ("-CA", "ca.crt", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE")
    _openssl("req", "-x509", *KEY, "-days", "30", *serving, *issuer, "-keyout", "api.key", "-out", "api.crt")
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "sa.key")
    _openssl("ec", "-in", "sa.key", "-pubout", "-out", "sa.pub")


def make_kubeconfigs(settings: Settings) -> None:
    """One token a user; the administrator's kubeconfig is the one that the tests get."""
    tokens = {part: secrets.token_hex(16) for part in USERS}
    rows = [f'{tokens[part]},{user},{user},"{group}"\n' for part, (user, group) in USERS.items()]
    _write_private(PKI / "tokens.csv", "".join(rows))
    authority = base64.b64encode((PKI / "ca.crt").read_bytes()).decode()
    for part, token in tokens.items():
        path = KUBECONFIG if part == "admin" else PKI / f"{part}.kubeconfig"
        _write_private(path, json.dumps(_kubeconfig(settings.api, authority, token), indent=1))


def _kubeconfig(server: str, authority: str, token: str) -> dict[str, object]:
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": CONTEXT,
        "clusters": [{"name": CONTEXT, "cluster": {"server": server, "certificate-authority-data": authority}}],
        "users": [{"name": CONTEXT, "user": {"token": token}}],
        "contexts": [{"name": CONTEXT, "context": {"cluster": CONTEXT, "user": CONTEXT, "namespace": "default"}}],
    }


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], cwd=PKI, check=True, capture_output=True, text=True)
