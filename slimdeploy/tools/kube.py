"""The API server by its own verbs: get, list, apply, create, replace, delete. (Logs: kube_pods.py.)

Requests go over the client's own connection pool, since its typed calls import models for half a second. Workload
objects are only ever written by server-side apply as one field manager.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from slimdeploy.artifacts.deploy import Manifest, ObjectRef
from slimdeploy.errors import ApiRejected
from slimdeploy.records import frozen
from slimdeploy.tools.kube_errors import NamespaceMissing
from slimdeploy.tools.kube_login import IN_CLUSTER
from slimdeploy.tools.kube_paths import PATHS, equal, path_of
from slimdeploy.tools.kube_pods import PodWire
from slimdeploy.tools.kube_wire import JSON, MANAGER, MERGE, METADATA

__all__ = ["IN_CLUSTER", "MANAGER", "Kube", "Stored"]


@frozen
class Stored:
    """An object as the server answered, with the warnings that came along."""

    object: dict[str, Any]
    warnings: tuple[str, ...]


class Kube(PodWire):
    """One cluster, through one context of a kubeconfig."""

    page = 500
    """Objects that one answer to a list holds at most; kubectl's number, too."""

    def get(self, ref: ObjectRef) -> dict[str, Any] | None:
        """The live object; None if there is none."""
        return None if (answer := self._ask("GET", path_of(ref), f"get {ref}")).status == 404 else answer.document

    def version(self) -> str:
        """The server's version. What it says of the time is in `date` then. Raises Unreachable, NotAllowed."""
        answer = self._ask("GET", "/version", "get the version", fine=())
        return str(answer.document.get("gitVersion", "?"))

    def apply(self, manifest: Manifest, *, dry_run: bool, force: bool = False) -> Stored:
        """Server-side apply (KEP-555), strict about unknown fields. Raises FieldConflict, ApiRejected, NotAllowed.

        `force`, or the target's, takes fields from other managers.
        """
        ref = ObjectRef.of(manifest)
        query = {"fieldManager": MANAGER, "fieldValidation": "Strict"} | ({"dryRun": "All"} if dry_run else {})
        query |= {"force": "true"} if force or self.target.force else {}
        what = f"dry-run of {ref}" if dry_run else f"apply {ref}"
        answer = self._ask("PATCH", f"{path_of(ref)}?{urlencode(query)}", what, manifest)
        if answer.status == 404:
            raise self._absent(ref, answer.missing_kind)
        return Stored(answer.document, answer.warnings)

    def replace_managers(self, ref: ObjectRef, entries: list[dict[str, Any]], version: str) -> bool:
        """Write an object's managedFields, if nobody changed it since `version`."""
        patch = [
            {"op": "replace", "path": "/metadata/managedFields", "value": entries},
            {"op": "replace", "path": "/metadata/resourceVersion", "value": version},
        ]
        path, what = f"{path_of(ref)}?{urlencode({'fieldManager': MANAGER})}", f"take over {ref}"
        return self._ask("PATCH", path, what, patch, fine=(409,), kind="application/json-patch+json").status != 409

    def pods(self, namespace: str, selector: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        """Those that carry these labels."""
        return self._said("Pod", namespace, labelSelector=equal(selector))

    def replica_sets(self, namespace: str, selector: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        """The ReplicaSets that carry these labels."""
        return self._list("ReplicaSet", namespace, labelSelector=equal(selector))

    def events(self, namespace: str, name: str) -> tuple[dict[str, Any], ...]:
        """The events about one object."""
        return self._said("Event", namespace, fieldSelector=f"involvedObject.name={name}")

    def nodes(self) -> tuple[dict[str, Any], ...]:
        """All nodes of the cluster."""
        return self._list("Node", "")

    def described(self, kind: str, namespace: str, selector: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        """The metadata alone of all objects of a kind that carry these labels."""
        return self._list(kind, namespace, METADATA, labelSelector=equal(selector))

    def listed(self, kind: str, namespace: str, selector: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        """All objects of a kind that carry these labels, whole."""
        return self._list(kind, namespace, labelSelector=equal(selector))

    def create(self, manifest: Manifest) -> dict[str, Any] | None:
        """Create what must not exist yet; None when it does."""
        ref = ObjectRef.of(manifest)
        path = f"{PATHS[ref.kind].format(ref.namespace)}?{urlencode({'fieldManager': MANAGER})}"
        answer = self._ask("POST", path, f"create {ref}", manifest, fine=(409,))
        return None if answer.status == 409 else answer.document

    def replace(self, manifest: Manifest) -> dict[str, Any] | None:
        """Replace exactly the version that the manifest names; None when it is another one by now, or gone."""
        ref = ObjectRef.of(manifest)
        path = f"{path_of(ref)}?{urlencode({'fieldManager': MANAGER})}"
        answer = self._ask("PUT", path, f"replace {ref}", manifest, fine=(404, 409))
        return None if answer.status in {404, 409} else answer.document

    def annotate(self, ref: ObjectRef, uid: str, annotations: Mapping[str, str | None]) -> bool:
        """Set annotations of exactly this object, None takes one away; False when it is gone."""
        body = {"metadata": {"uid": uid, "annotations": annotations}}
        path = f"{path_of(ref)}?{urlencode({'fieldManager': MANAGER})}"
        answer = self._ask("PATCH", path, f"annotate {ref}", body, fine=(404, 409), kind=MERGE)
        return answer.status not in {404, 409}

    def delete(self, ref: ObjectRef, uid: str, version: str = "", *, foreground: bool = True) -> bool:
        """Delete exactly this object, in this version; False when it is another by now. Gone already is fine."""
        exactly = {"uid": uid} | ({"resourceVersion": version} if version else {})
        how = {"propagationPolicy": "Foreground" if foreground else "Background", "preconditions": exactly}
        answer = self._ask("DELETE", path_of(ref), f"delete {ref}", how, fine=(404, 409))
        return answer.status != 409

    def _absent(self, ref: ObjectRef, missing: str) -> ApiRejected:
        if missing and missing != "namespaces":
            return ApiRejected(f"apply {ref}: the API server knows no {missing}")
        if not missing:
            return ApiRejected(f"{self.server} knows no {ref.kind} of this version", hint="is the cluster too old?")
        return NamespaceMissing(
            f"namespace {ref.namespace} does not exist on {self.server}",
            hint=f"kubectl --context {self.target.context} create namespace {ref.namespace}\n"
            "or let slimdeploy make it: cluster.create = true",
        )

    def _said(self, kind: str, namespace: str, **query: str) -> tuple[dict[str, Any], ...]:
        return tuple(map(self.hidden.messages, self._list(kind, namespace, **query)))

    def _list(self, kind: str, namespace: str, accept: str = JSON, **query: str) -> tuple[dict[str, Any], ...]:
        """All of it, page by page, or an error: never a part. When a page's token has expired (410: etcd forgets after
        five minutes), all is asked for anew and at once, as client-go does.
        """
        path, what = PATHS[kind].format(namespace), f"list {kind.lower()}s"
        found: list[dict[str, Any]] = []
        page = {"limit": str(self.page)}
        while True:
            fine = (404, 410) if page else (404,)
            answer = self._ask("GET", f"{path}?{urlencode(query | page)}", what, fine=fine, accept=accept)
            if answer.status == 404:
                return ()
            if answer.status == 410:
                found, page = [], {}
                continue
            found += answer.document["items"] or ()
            if not (token := answer.document["metadata"].get("continue")):
                return tuple(found)
            page["continue"] = token
