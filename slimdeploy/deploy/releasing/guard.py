"""Is this the cluster that is meant? A context is a name in a file; a cluster's CA is its own.

Every namespace has the CA in a ConfigMap (kube-root-ca.crt, RootCAConfigMap, GA since 1.21), which whoever may deploy
there may read; kube-system's uid, which others compare, only few may.
"""

from __future__ import annotations

import hashlib

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.errors import WrongCluster
from slimdeploy.tools.kube import Kube

AUTHORITY = "kube-root-ca.crt"
ELSEWHERE = "default"  # there is always one, for a namespace that does not exist yet


def check(kube: Kube) -> None:
    """Raises WrongCluster for another cluster than slim.toml names; asks nothing if it names none."""
    target = kube.target
    if target.expect is None:
        return
    found = fingerprint(kube)
    if found != target.expect:
        raise WrongCluster(
            f"context {target.context} is another cluster than slim.toml expects",
            details=(
                f"server:   {kube.server}",
                f"its CA:   {found or '(none to be read)'}",
                f"expected: {target.expect}",
            ),
            hint=_next(target),
        )


def fingerprint(kube: Kube) -> str:
    """SHA-256 of the cluster's CA, as `kubectl get ... | sha256sum` prints it; empty if there is none."""
    for namespace in (kube.target.namespace, ELSEWHERE):
        found = kube.get(ObjectRef("ConfigMap", AUTHORITY, namespace))
        if found and (text := (found.get("data") or {}).get("ca.crt")):
            return hashlib.sha256(text.encode()).hexdigest()
    return ""


def found_at(target: ClusterTarget) -> tuple[str, str]:
    """Fingerprint and address of whatever is behind a context. Raises WrongCluster if it names no CA."""
    kube = Kube(target)
    found = fingerprint(kube)
    if not found:
        raise WrongCluster(f"context {target.context}: no ConfigMap {AUTHORITY} can be read", hint="is it Kubernetes?")
    return found, kube.server


def _next(target: ClusterTarget) -> str:
    return (
        f"is {target.context} the context that is meant? kubectl config get-contexts\n"
        "if it is, and its CA is new: slimdeploy config pin (-P NAME for a profile)"
    )
