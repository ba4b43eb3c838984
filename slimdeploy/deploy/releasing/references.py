"""Secrets that slim.toml refers to and somebody else made: looked at before anything is written.

A pod that names one that is missing hangs in CreateContainerConfigError. Whoever may not read Secrets is not kept from
deploying: then it shows in the rollout. No value leaves this module.
"""

from __future__ import annotations

from collections.abc import Iterable

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.artifacts.workload import ExistingSecret
from slimdeploy.errors import ApiRejected, NotAllowed
from slimdeploy.tools.kube import Kube


def check(existing: Iterable[ExistingSecret], namespace: str, kube: Kube) -> None:
    """Raise ApiRejected if a Secret is not there, or has no such key."""
    wrong = [why for each in existing if (why := _missing(each, namespace, kube))]
    if wrong:
        hint = f"keys are named as secret/key, in namespace {namespace}"
        raise ApiRejected(wrong[0], details=wrong[1:], hint=hint)


def _missing(each: ExistingSecret, namespace: str, kube: Kube) -> str:
    ref = ObjectRef("Secret", each.secret, namespace)
    try:
        live = kube.get(ref)
    except NotAllowed:
        return ""
    if live is None:
        return f"{ref} does not exist in {namespace}; app.secrets.{each.name} names it"
    if each.key in (live.get("data") or {}):
        return ""
    return f"{ref} has no key {each.key}, which app.secrets.{each.name} names"
