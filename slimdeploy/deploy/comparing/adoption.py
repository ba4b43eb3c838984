"""Objects that somebody else made under our name: whose they are, and how `--adopt` takes them over.

Taking over is what kubectl does when it moves to server-side apply (KEP-555; client-go, util/csaupgrade): the fields
of the former tool become ours in managedFields, so that the apply that follows can drop those that we do not mean. Only
tools that deploy are taken from. Controllers, autoscalers and webhooks keep what is theirs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from slimdeploy.artifacts.deploy import FieldChange, ObjectRef
from slimdeploy.deploy.comparing.fields import LAST_APPLIED
from slimdeploy.deploy.comparing.fieldsets import beyond, path_of, union, value_of
from slimdeploy.errors import ApiRejected, FieldConflict
from slimdeploy.manifests.labels import INSTANCE, MANAGED_BY
from slimdeploy.tools.kube import MANAGER, Kube

DEPLOYERS = re.compile(
    r"kubectl(?:-.*)?|before-first-apply|[Hh]elm|helm-controller|kustomize-controller|argocd(?:-.*)?|kapp|kapp-controller"
    r"|werf|skaffold|pulumi.*|[Tt]erraform.*|HashiCorp"
)
MARKS: tuple[tuple[str, str, str], ...] = (
    ("annotations", "meta.helm.sh/release-name", "Helm release {}"),
    ("annotations", "argocd.argoproj.io/tracking-id", "Argo CD ({})"),
    ("labels", "argocd.argoproj.io/instance", "Argo CD ({})"),
    ("labels", "kustomize.toolkit.fluxcd.io/name", "Flux, Kustomization {}"),
    ("labels", "helm.toolkit.fluxcd.io/name", "Flux, HelmRelease {}"),
    ("labels", "applyset.kubernetes.io/part-of", "ApplySet {}"),
)
DEFAULTS = {
    "protocol": "TCP",
    "dnsPolicy": "ClusterFirst",
    "restartPolicy": "Always",
    "schedulerName": "default-scheduler",
    "terminationMessagePath": "/dev/termination-log",
    "terminationMessagePolicy": "File",
    "type": "RollingUpdate",
    "progressDeadlineSeconds": 600,
    "revisionHistoryLimit": 10,
    "terminationGracePeriodSeconds": 30,
    "sessionAffinity": "None",
    "internalTrafficPolicy": "Cluster",
    "ipFamilyPolicy": "SingleStack",
    "successThreshold": 1,
    "failureThreshold": 3,
    "periodSeconds": 10,
    "timeoutSeconds": 1,
    "scheme": "HTTP",
    "maxSurge": "25%",
    "maxUnavailable": "25%",
    "securityContext": {},
    "strategy": {},
    "resources": {},
}
"""What the server fills in by itself, and the field's first owner then has (k8s.io/api, defaults.go)."""
ALIAS = "serviceAccount"
UNMEANT = (LAST_APPLIED, f"spec.{ALIAS}")
"""kubectl's own note, which goes with it, and the server's old second name for serviceAccountName."""
TRIES = 5


def maker(live: Mapping[str, Any] | None, app: str) -> str:
    """Who made this object, as people call it; empty if we did, or nobody yet."""
    if live is None or _is_ours(live["metadata"], app):
        return ""
    metadata = live["metadata"]
    for where, key, text in MARKS:
        if value := (metadata.get(where) or {}).get(key):
            return text.format(value)
    if LAST_APPLIED in (metadata.get("annotations") or {}):
        return "kubectl apply"
    managers = dict.fromkeys(entry["manager"] for entry in entries_of(metadata) if not entry.get("subresource"))
    return ", ".join(managers) or "somebody"


def refused(ref: ObjectRef, whose: str) -> FieldConflict:
    """The error for an object that is not ours."""
    return FieldConflict(
        f"{ref} in {ref.namespace} was not made by slimdeploy: {whose}",
        hint="slimdeploy diff --adopt shows what would change; up --adopt takes it over\nor choose another app.name",
    )


def taken_from(live: Mapping[str, Any]) -> tuple[str, ...]:
    """The managers whose fields we would take."""
    return tuple(dict.fromkeys(entry["manager"] for entry in entries_of(live["metadata"]) if is_deployers(entry)))


def given_up(live: Mapping[str, Any], future: Mapping[str, Any]) -> Iterator[FieldChange]:
    """Fields that only the former tool set: they go, once its fields are ours. `future` is our dry-run's result."""
    stay = union(entry.get("fieldsV1") or {} for entry in entries_of(future["metadata"]) if not is_deployers(entry))
    go = union(entry.get("fieldsV1") or {} for entry in entries_of(live["metadata"]) if is_deployers(entry))
    for steps in beyond(go, stay):
        path, value = path_of(steps), value_of(steps, live)
        if path.endswith(UNMEANT):
            continue
        if meant(path.rpartition(".")[2], value) not in (None, {}):
            yield FieldChange(path, value, None)


def migrated(live: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The object's managedFields with those tools' entries merged into one of ours."""
    entries = entries_of(live["metadata"])
    taken = [entry for entry in entries if is_deployers(entry) or is_our_apply(entry)]
    kept = [entry for entry in entries if entry not in taken]
    if not taken:
        return entries
    ours = {
        "manager": MANAGER,
        "operation": "Apply",
        "apiVersion": live["apiVersion"],
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "fieldsType": "FieldsV1",
        "fieldsV1": union(entry.get("fieldsV1") or {} for entry in taken),
    }
    return [ours, *kept]


def take(ref: ObjectRef, kube: Kube) -> None:
    """Write the new managedFields, and nothing else. Killed after this, the object is ours: the next `up` goes on."""
    for _ in range(TRIES):
        live = kube.get(ref)
        if live is None or not taken_from(live):
            return
        if kube.replace_managers(ref, migrated(live), live["metadata"]["resourceVersion"]):
            return
    raise ApiRejected(f"{ref}: somebody changes it all the time", hint="run it again later")


def _is_ours(metadata: Mapping[str, Any], app: str) -> bool:
    labels = metadata.get("labels") or {}
    own = labels.get(MANAGED_BY) == MANAGER and labels.get(INSTANCE) == app
    return own or any(map(is_our_apply, entries_of(metadata)))


def is_our_apply(entry: Mapping[str, Any]) -> bool:
    """Whether this is what we applied."""
    return bool(entry["manager"] == MANAGER and entry["operation"] == "Apply")


def is_deployers(entry: Mapping[str, Any]) -> bool:
    """Whether a person or a tool that deploys wrote these fields, and no controller."""
    return not entry.get("subresource") and bool(DEPLOYERS.fullmatch(entry["manager"]))


def entries_of(metadata: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Who owns which fields of an object (managedFields)."""
    return list(metadata.get("managedFields") or ())


def meant(name: str, value: object) -> object:
    """A value without what the server filled in."""
    if isinstance(value, Mapping):
        said = {key: inner for key, inner in value.items() if key not in (LAST_APPLIED, ALIAS)}
        found = {key: each for key, inner in said.items() if (each := meant(key, inner)) not in (None, {})}
        return found or None
    return None if DEFAULTS.get(name) == value else value
