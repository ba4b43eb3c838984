"""The API server, and the only user of the `kubernetes` client: its kubeconfig, credentials and TLS.

Requests go over the client's own connection pool, since its typed calls import models for half a second. Workload
objects are only ever written by server-side apply as one field manager. "Later" is tried again here, nowhere else.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from slimdeploy.artifacts.deploy import Manifest, ObjectRef
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.errors import ApiRejected, Unreachable, UnreadableFile, WrongCluster
from slimdeploy.tools.kube_errors import Answer, explain, is_worth_another_try, pause
from slimdeploy.tools.kube_paths import PATHS, equal, path_of

MANAGER = "slimdeploy"
CONNECT_SECONDS, SILENT_SECONDS = 5.0, 30.0
ATTEMPTS = 5
IN_CLUSTER = "in-cluster"  # stands for the ServiceAccount of the pod that we run in


@dataclass(frozen=True)
class Stored:
    """An object as the server answered, with the warnings that came along."""

    object: dict[str, Any]
    warnings: tuple[str, ...]


class Kube:
    """One cluster, through one context of a kubeconfig."""

    def __init__(self, target: ClusterTarget) -> None:
        from kubernetes.client.rest import RESTClientObject

        self.target = target
        self._settings = _settings(target)
        self._pool = RESTClientObject(self._settings).pool_manager
        self.server: str = self._settings.host

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

    def nodes(self) -> tuple[dict[str, Any], ...]:
        """All nodes of the cluster."""
        return self._list("Node", "")

    def logs(self, namespace: str, pod: str, *, previous: bool = False, tail: int) -> str:
        """What a pod's only container printed; empty when there is nothing (yet, or any more)."""
        query = urlencode({"previous": str(previous).lower(), "tailLines": tail})
        path = f"{PATHS['Pod'].format(namespace)}/{pod}/log?{query}"
        answer = self._ask("GET", path, f"read the log of pod/{pod}", fine=(400, 404))
        return answer.body.decode("utf-8", "replace") if answer.status == 200 else ""

    def follow(self, namespace: str, pod: str, tail: int, sink: Callable[[str], None]) -> None:
        """A pod's log as it grows, until the container ends."""
        path = f"{PATHS['Pod'].format(namespace)}/{pod}/log?{urlencode({'follow': 'true', 'tailLines': tail})}"
        response = self._pool.request("GET", self.server + path, headers=self._headers(), preload_content=False)
        rest = b""
        for chunk in response.stream():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                sink(line.decode("utf-8", "replace"))

    def delete(self, ref: ObjectRef, uid: str) -> None:
        """Delete exactly this object, its dependents first; nothing when it is gone already."""
        self._ask(
            "DELETE", path_of(ref), f"delete {ref}", {"propagationPolicy": "Foreground", "preconditions": {"uid": uid}}
        )

    def _list(self, kind: str, namespace: str, **query: str) -> tuple[dict[str, Any], ...]:
        answer = self._ask("GET", f"{PATHS[kind].format(namespace)}?{urlencode(query)}", f"list {kind.lower()}s")
        return tuple(answer.document["items"]) if answer.status != 404 else ()

    def _ask(
        self,
        method: str,
        path: str,
        what: str,
        body: Mapping[str, Any] | None = None,
        *,
        fine: tuple[int, ...] = (404,),
    ) -> Answer:
        """One request, again while the answer is "later". Statuses other than 2xx and those in `fine` are raised."""
        for attempt in range(1, ATTEMPTS + 1):
            answer = self._once(method, path, body, last=attempt == ATTEMPTS)
            if answer is not None and (answer.status < 300 or answer.status in fine):
                return answer
            if answer is not None and (attempt == ATTEMPTS or not is_worth_another_try(answer)):
                raise explain(answer, what, self.server)
            time.sleep(pause(answer, attempt))
        raise AssertionError

    def _once(self, method: str, path: str, body: Mapping[str, Any] | None, *, last: bool) -> Answer | None:
        """One request; None when nobody answered, which the last attempt raises."""
        import urllib3

        kind = "application/apply-patch+yaml" if method == "PATCH" else "application/json"
        content = None if body is None else json.dumps(body).encode()
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=SILENT_SECONDS)
        try:
            response = self._pool.request(
                method, self.server + path, body=content, headers=self._headers(kind), timeout=timeout, retries=False
            )
        except urllib3.exceptions.HTTPError as error:
            if last or "CERTIFICATE" in str(error):
                raise self._no_answer(error) from None
            return None
        return Answer(response.status, response.headers, bytes(response.data))

    def _headers(self, kind: str = "application/json") -> dict[str, str]:
        headers = {
            "User-Agent": f"{MANAGER}/{version('slimdeploy')}",
            "Accept": "application/json",
            "Content-Type": kind,
        }
        login = self._settings.auth_settings().values()  # asks a login helper again when its token is due
        return headers | {each["key"]: each["value"] for each in login if each["in"] == "header"}

    def _no_answer(self, error: Exception) -> Unreachable:
        return Unreachable(
            f"the API server of context {self.target.context} does not answer: {self.server}",
            details=(str(getattr(error, "reason", None) or error),),
            hint="is the cluster up, and is this the context that is meant?",
        )


def _settings(target: ClusterTarget) -> Any:  # noqa: ANN401 - a Configuration, which has no types
    from kubernetes import client, config

    settings = client.Configuration()
    if target.context == IN_CLUSTER:
        config.load_incluster_config(client_configuration=settings)  # type: ignore[no-untyped-call]
        return settings
    files = target.kubeconfig or os.environ.get("KUBECONFIG") or str(Path("~/.kube/config").expanduser())
    try:
        config.load_kube_config(files, context=target.context, client_configuration=settings)  # type: ignore[no-untyped-call]
    except config.ConfigException as error:
        known = _contexts(files)
        what = f"no context {target.context} in {files}" if target.context not in known else f"{files}: {error}"
        hint = f"contexts there: {', '.join(known) or 'none'}; give --context or change cluster.context"
        raise WrongCluster(what, hint=hint) from None
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{files}: {error}", hint="give --kubeconfig, or set KUBECONFIG") from None
    return settings


def _contexts(files: str) -> tuple[str, ...]:
    from kubernetes import config

    try:
        contexts, _ = config.list_kube_config_contexts(files)  # type: ignore[no-untyped-call]
    except (config.ConfigException, OSError, ValueError):
        return ()
    return tuple(context["name"] for context in contexts)
