"""What is asked of one pod: what its containers print, and of the node that it runs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from urllib.parse import urlencode

from slimdeploy.errors import NotAllowed, Unreachable
from slimdeploy.tools.kube_paths import PATHS
from slimdeploy.tools.kube_wire import CONNECT_SECONDS, Wire

MOST_LOG_BYTES = 1 << 20


class PodWire(Wire):
    """The logs of pods, and the architecture of nodes."""

    def logs(self, namespace: str, pod: str, *, previous: bool = False, tail: int, **more: str) -> str:
        """What a container printed; empty when there is nothing (yet, or any more).

        `more` are parameters of the API: `container` (needed if there are several), `sinceSeconds`.
        """
        query = {"previous": str(previous).lower(), "tailLines": tail, "limitBytes": MOST_LOG_BYTES}
        path = _path(namespace, pod, query | {key: value for key, value in more.items() if value})
        answer = self._ask("GET", path, f"read the log of pod/{pod}", fine=(400, 404))
        return answer.body.decode("utf-8", "replace") if answer.status == 200 else ""

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
