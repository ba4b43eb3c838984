"""The API server, and the only user of the `kubernetes` client (0.3 s to import: load it beside other work).

Workload objects are only ever written by server-side apply (PATCH) as one field manager. Every request has a
time-out and our user agent; answers that say "later" are tried again here and nowhere else.
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

from slimdeploy.artifacts.deploy import Manifest, ObjectRef
from slimdeploy.artifacts.plan import ClusterTarget
from slimdeploy.errors import ApiRejected, Unreachable, UnreadableFile, WrongCluster
from slimdeploy.tools.kube_errors import AGAIN, explain

MANAGER = "slimdeploy"
TIMEOUT = (5, 30)  # seconds to connect, seconds without a byte
ATTEMPTS = 5
KINDS = {
    "ServiceAccount": ("CoreV1Api", "service_account"),
    "Service": ("CoreV1Api", "service"),
    "Deployment": ("AppsV1Api", "deployment"),
}


@dataclass(frozen=True)
class Stored:
    """An object as the server answered, with the warnings that came along."""

    object: dict[str, Any]
    warnings: tuple[str, ...] = ()


def preload() -> None:
    """Import the client: worth a thread of its own while go compiles."""
    import kubernetes.client  # noqa: F401
    import kubernetes.config  # noqa: F401


class Kube:
    """One cluster, through one context of a kubeconfig."""

    def __init__(self, target: ClusterTarget) -> None:
        from kubernetes import client

        self.target = target
        self._client = client
        self._api = _connect(target)
        self._api.user_agent = f"{MANAGER}/{version('slimdeploy')}"
        self.server: str = self._api.configuration.host

    def get(self, ref: ObjectRef) -> dict[str, Any] | None:
        """The live object; None if there is none."""
        api, kind = self._kind(ref.kind)
        answer = self._ask(f"get {ref}", getattr(api, f"read_namespaced_{kind}"), ref.name, ref.namespace)
        return answer.object if answer else None

    def apply(self, manifest: Manifest, *, dry_run: bool) -> Stored:
        """Server-side apply (KEP-555), strict about unknown fields. Raises FieldConflict, ApiRejected, NotAllowed."""
        ref = ObjectRef.of(manifest)
        api, kind = self._kind(ref.kind)
        answer = self._ask(
            f"apply {ref}",
            getattr(api, f"patch_namespaced_{kind}"),
            ref.name,
            ref.namespace,
            body=dict(manifest),
            field_manager=MANAGER,
            field_validation="Strict",
            _content_type="application/apply-patch+yaml",
            **({"dry_run": "All"} if dry_run else {}),
        )
        if answer is None:
            raise ApiRejected(
                f"namespace {ref.namespace} does not exist on {self.server}",
                hint=f"kubectl --context {self.target.context} create namespace {ref.namespace}",
            )
        return answer

    def pods(self, namespace: str, selector: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        """The pods that carry these labels."""
        return self._list(self._client.CoreV1Api(self._api).list_namespaced_pod, "list pods", namespace, selector)

    def replica_sets(self, namespace: str, selector: Mapping[str, str]) -> tuple[dict[str, Any], ...]:
        """The ReplicaSets that carry these labels."""
        list_them = self._client.AppsV1Api(self._api).list_namespaced_replica_set
        return self._list(list_them, "list replicasets", namespace, selector)

    def events(self, namespace: str, name: str) -> tuple[dict[str, Any], ...]:
        """The events about one object."""
        answer = self._ask(
            "list events",
            self._client.CoreV1Api(self._api).list_namespaced_event,
            namespace,
            field_selector=f"involvedObject.name={name}",
        )
        return tuple(answer.object["items"]) if answer else ()

    def logs(self, namespace: str, pod: str, *, previous: bool = False, tail: int | None = None) -> str:
        """What a pod's only container printed; empty when there is nothing (any more)."""
        options = {"previous": previous} | ({"tail_lines": tail} if tail is not None else {})
        read = self._client.CoreV1Api(self._api).read_namespaced_pod_log
        try:
            response = read(pod, namespace, _preload_content=False, _request_timeout=TIMEOUT, **options)
        except self._client.ApiException as error:
            if error.status in {400, 404}:  # not started yet, or gone
                return ""
            raise explain(error, "read logs", self.server) from None
        return bytes(response.data).decode("utf-8", "replace")

    def follow(self, namespace: str, pod: str, tail: int, sink: Callable[[str], None]) -> None:
        """A pod's log as it grows, until the container ends."""
        read = self._client.CoreV1Api(self._api).read_namespaced_pod_log
        response = read(pod, namespace, follow=True, tail_lines=tail, _preload_content=False, _request_timeout=(5, None))
        rest = b""
        for chunk in response.stream():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                sink(line.decode("utf-8", "replace"))

    def delete(self, ref: ObjectRef, uid: str) -> None:
        """Delete exactly this object, its dependents first; nothing when it is gone already."""
        api, kind = self._kind(ref.kind)
        options = {"propagationPolicy": "Foreground", "preconditions": {"uid": uid}}
        self._ask(f"delete {ref}", getattr(api, f"delete_namespaced_{kind}"), ref.name, ref.namespace, body=options)

    def _kind(self, kind: str) -> tuple[Any, str]:
        group, name = KINDS[kind]
        return getattr(self._client, group)(self._api), name

    def _list(self, call: Callable[..., Any], what: str, namespace: str, selector: Mapping[str, str]) -> tuple[Any, ...]:
        labels = ",".join(f"{key}={value}" for key, value in selector.items())
        answer = self._ask(what, call, namespace, label_selector=labels)
        return tuple(answer.object["items"]) if answer else ()

    def _ask(self, what: str, call: Callable[..., Any], *arguments: str, **options: Any) -> Stored | None:  # noqa: ANN401
        """One request, again while the answer is "later"; None for 404."""
        from urllib3.exceptions import HTTPError

        for attempt in range(1, ATTEMPTS + 1):
            try:
                response = call(*arguments, _preload_content=False, _request_timeout=TIMEOUT, **options)
                return Stored(json.loads(response.data), _warnings(response))
            except self._client.ApiException as error:
                if error.status == 404:
                    return None
                if error.status not in AGAIN or "failed to create typed patch object" in str(error.body) or attempt == ATTEMPTS:
                    raise explain(error, what, self.server) from None
                time.sleep(_pause(error.headers, attempt))
            except HTTPError as error:
                if attempt == ATTEMPTS:
                    raise _no_answer(self.server, self.target.context, error) from None
                time.sleep(_pause(None, attempt))
        raise AssertionError("the loop above returns or raises")


def _connect(target: ClusterTarget) -> Any:  # noqa: ANN401 - an ApiClient, which has no types
    from kubernetes import client, config

    files = target.kubeconfig or os.environ.get("KUBECONFIG") or str(Path("~/.kube/config").expanduser())
    settings = client.Configuration()
    try:
        config.load_kube_config(files, context=target.context, client_configuration=settings)
    except config.ConfigException as error:
        known = _contexts(files)
        raise WrongCluster(
            f"no context {target.context} in {files}" if target.context not in known else f"{files}: {error}",
            hint=f"contexts there: {', '.join(known) or 'none'}; give --context or change cluster.context",
        ) from None
    except (OSError, ValueError) as error:
        raise UnreadableFile(f"{files}: {error}", hint="give --kubeconfig, or set KUBECONFIG") from None
    settings.retries = False
    return client.ApiClient(settings)


def _contexts(files: str) -> tuple[str, ...]:
    from kubernetes import config

    try:
        contexts, _ = config.list_kube_config_contexts(files)
    except (config.ConfigException, OSError, ValueError):
        return ()
    return tuple(context["name"] for context in contexts)


def _warnings(response: Any) -> tuple[str, ...]:  # noqa: ANN401
    """The texts of the Warning headers (RFC 7234, 5.5)."""
    found = response.headers.getlist("Warning") if hasattr(response.headers, "getlist") else []
    return tuple(header.split('"')[1] if '"' in header else header for header in found)


def _pause(headers: Mapping[str, str] | None, attempt: int) -> float:
    """Seconds: what Retry-After asks for, up to 10, or 0.2, 0.4, 0.8 ..."""
    asked = (headers or {}).get("Retry-After", "")
    return min(10.0, float(asked)) if asked.isdigit() else 0.1 * 2**attempt


def _no_answer(server: str, context: str, error: Exception) -> Unreachable:
    reason = str(getattr(error, "reason", None) or error)
    return Unreachable(
        f"the API server of context {context} does not answer: {server}",
        details=(reason,),
        hint="is the cluster up, and is this the context that is meant?",
    )
