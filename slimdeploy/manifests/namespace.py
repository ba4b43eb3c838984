"""Namespace v1: only made if it is missing and slim.toml allows it, and never changed or removed afterwards.

Its labels let Pod Security refuse whatever is not `restricted`, which is what we generate.
https://kubernetes.io/docs/concepts/security/pod-security-admission/
"""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Manifest

LEVEL = "restricted"
MODES = ("enforce", "warn", "audit")


def namespace(name: str) -> Manifest:
    """A Namespace for hardened pods."""
    levels = {f"pod-security.kubernetes.io/{mode}": LEVEL for mode in MODES}
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": levels}}
