"""What must not get into an image by a slip: keys, credentials, and the repository itself.

An image is read by whoever can pull it, and a layer that was pushed once stays pullable by its digest.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

NAMES = (
    ".env", ".env.*", "*.env", "*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.kdbx", "*.ppk", "*.ovpn",
    "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519", "kubeconfig", "*.kubeconfig", ".kube", ".ssh", ".gnupg", ".aws",
    ".docker", ".dockercfg", ".netrc", ".npmrc", ".pypirc", ".git-credentials", ".htpasswd", ".vault-token",
    ".terraform", "*.tfstate", "*.tfstate.backup", "*.tfvars", "service-account*.json", "credentials.json",
    "secrets.y*ml", "secrets.json",
)  # fmt: skip
HARMLESS = ("*.example", "*.sample", "*.template", "*.dist")
PRIVATE_KEY = re.compile(rb"-----BEGIN [A-Z ]{0,30}PRIVATE KEY")


def secret_name(name: str) -> bool:
    """Whether a file or folder of this name usually holds secrets."""
    lower = name.lower()
    if any(fnmatchcase(lower, each) for each in HARMLESS):
        return False
    return any(fnmatchcase(lower, each) for each in NAMES)


def secret_content(start: bytes) -> bool:
    """Whether the file begins with (or soon has) a private key."""
    return PRIVATE_KEY.search(start) is not None
