"""The API server by its own verbs: get, list, apply, create, replace, delete. (Logs: kube_pods.py.)

Requests go over the client's own connection pool, since its typed calls import models for half a second. Workload
objects are only ever written by server-side apply as one field manager.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from slimdeploy.artifacts.deploy import Manifest, ObjectRef
from slimdeploy.errors import ApiRejected
from slimdeploy.tools.kube_login import IN_CLUSTER
from slimdeploy.tools.kube_paths import PATHS, equal, path_of
from slimdeploy.tools.kube_pods import PodWire
from slimdeploy.tools.kube_wire import MANAGER

__all__ = ["IN_CLUSTER", "MANAGER", "Kube", "Stored"]


@dataclass(frozen=True)
class Stored:
    """An object as the server answered, with the warnings that came along."""

    object: dict[str, Any]
    warnings: tuple[str, ...]


class Kube(PodWire):
    """One cluster, through one context of a kubeconfig."""

    def get(self, ref: ObjectRef) -> dict[str, Any] | None:
        """The live object; None if there is none."""
        return None if (answer := self._ask("GET", path_of(ref), f"get {ref}")).status == 404 else answer.document

    def apply(self, manifest: Manifest, *, dry_run: bool) -> Stored:
        """Server-side apply (KEP-555), strict about unknown fields. Raises FieldConflict, ApiRejected, NotAllowed."""
        ref = ObjectRef.of(manifest)
        query = {"fieldManager": MANAGER, "fieldValidation": "Strict"} | ({"dryRun": "All"} if dry_run else {})
        answer = self._ask("PATCH", f"{path_of(ref)}?{urlencode(query)}", f"apply {ref}", manifest)
        if answer.status == 404:
            raise ApiRejected(
                f"namespace {ref.namespace} does not exist on {self.server}",
                hint=f"kubectl --context {self.target.context} create namespace {ref.namespace}",
            )
        return Stored(answer.document, answer.warnings)

    def pods(self, namespace: str, selector: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        """Those that carry these labels."""
        return self._list("Pod", namespace, labelSelector=equal(selector))

    def replica_sets(self, namespace: str, selector: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        """The ReplicaSets that carry these labels."""
        return self._list("ReplicaSet", namespace, labelSelector=equal(selector))

    def events(self, namespace: str, name: str) -> tuple[dict[str, Any], ...]:
        """The events about one object."""
        return self._list("Event", namespace, fieldSelector=f"involvedObject.name={name}")

    def delete(self, ref: ObjectRef, uid: str) -> None:
        """Delete exactly this object, its dependents first; nothing when it is gone already."""
        self._ask(
            "DELETE", path_of(ref), f"delete {ref}", {"propagationPolicy": "Foreground", "preconditions": {"uid": uid}}
        )

    def _list(self, kind: str, namespace: str, **query: str) -> tuple[dict[str, Any], ...]:
        answer = self._ask("GET", f"{PATHS[kind].format(namespace)}?{urlencode(query)}", f"list {kind.lower()}s")
        return tuple(answer.document["items"]) if answer.status != 404 else ()
