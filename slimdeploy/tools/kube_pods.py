"""What is asked of one pod, its node and its Deployment beyond applying: logs, a restart, a container to debug with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from typing import Any
from urllib.parse import urlencode

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.errors import NotAllowed, Unreachable
from slimdeploy.tools.kube_paths import PATHS, path_of
from slimdeploy.tools.kube_wire import CONNECT_SECONDS, MANAGER, MERGE, Wire

MOST_LOG_BYTES = 1 << 20
RESTARTED = "kubectl.kubernetes.io/restartedAt"
RESTARTER, DEBUGGER = f"{MANAGER}-restart", f"{MANAGER}-debug"
"""Not the manager that applies: its next apply would take the field away, or own it for ever."""
STRATEGIC = "application/strategic-merge-patch+json"
BODY_HEADERS = frozenset({"Accept", "Content-Type"})


class PodWire(Wire):
    """The logs of pods, and the architecture of nodes."""

    def pod(self, namespace: str, name: str) -> dict[str, Any] | None:
        """One pod; None when it has gone."""
        answer = self._ask("GET", f"{PATHS['Pod'].format(namespace)}/{name}", f"get pod/{name}")
        return None if answer.status == 404 else answer.document

    def logs(self, namespace: str, pod: str, *, previous: bool = False, tail: int, **more: str) -> str:
        """What a container printed; empty when there is nothing (yet, or any more).

        `more` are parameters of the API: `container` (needed if there are several), `sinceSeconds`.
        """
        query = {"previous": str(previous).lower(), "tailLines": tail, "limitBytes": MOST_LOG_BYTES}
        path = _path(namespace, pod, query | {key: value for key, value in more.items() if value})
        answer = self._ask("GET", path, f"read the log of pod/{pod}", fine=(400, 404))
        return self.hidden(answer.body.decode("utf-8", "replace")) if answer.status == 200 else ""

    def follow(self, namespace: str, pod: str, **more: str) -> Iterator[str]:
        """The lines of a container as they come, until it ends. `more` are parameters of the API. No line, no end: a
        program may be silent for hours.
        """
        import urllib3

        path = _path(namespace, pod, {"follow": "true"} | {key: value for key, value in more.items() if value})
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=None)
        try:
            response = self._pool.request(
                "GET",
                self.server + path,
                headers=self._headers(),
                preload_content=False,
                timeout=timeout,
                retries=False,
            )
            with closing(response):
                if response.status != 200:
                    return
                yield from _lines(response.stream())
        except urllib3.exceptions.HTTPError as error:
            raise Unreachable(f"the log of pod/{pod} broke off", details=(str(error),)) from None

    def restart(self, ref: ObjectRef, moment: str) -> dict[str, Any]:
        """`kubectl rollout restart`: the same annotation, as a manager that is not the one that applies."""
        template = {"metadata": {"annotations": {RESTARTED: moment}}}
        path = f"{path_of(ref)}?{urlencode({'fieldManager': RESTARTER})}"
        return self._ask(
            "PATCH", path, f"restart {ref}", {"spec": {"template": template}}, fine=(), kind=MERGE
        ).document

    def add_debugger(self, namespace: str, pod: str, container: Mapping[str, Any]) -> None:
        """An ephemeral container in a pod that runs. There is no taking it out again."""
        path = f"{PATHS['Pod'].format(namespace)}/{pod}/ephemeralcontainers?{urlencode({'fieldManager': DEBUGGER})}"
        body = {"spec": {"ephemeralContainers": [container]}}
        self._ask("PATCH", path, f"add a container to pod/{pod}", body, fine=(), kind=STRATEGIC)

    def credentials(self) -> tuple[Any, dict[str, str]]:
        """The client's settings and our headers, for a connection that is no plain request."""
        return self._settings, {key: self._headers()[key] for key in self._headers() if key not in BODY_HEADERS}

    def architecture(self, node: str) -> str:
        """A node's, as Go calls it; empty if we may not ask."""
        try:
            answer = self._ask("GET", f"/api/v1/nodes/{node}", f"get node/{node}", fine=(403, 404))
        except NotAllowed:
            return ""
        info = answer.document.get("status", {}).get("nodeInfo", {}) if answer.status == 200 else {}
        return str(info.get("architecture", ""))


def _path(namespace: str, pod: str, query: Mapping[str, object]) -> str:
    return f"{PATHS['Pod'].format(namespace)}/{pod}/log?{urlencode(query)}"


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from (line.decode("utf-8", "replace") for line in lines)
    if rest:
        yield rest.decode("utf-8", "replace")
