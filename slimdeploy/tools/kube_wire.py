"""One request to the API server and its answer. "Later" is tried again here, nowhere else."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from importlib.metadata import version
from typing import Any

from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.errors import Unreachable
from slimdeploy.tools.kube_errors import Answer, explain, is_worth_another_try, pause
from slimdeploy.tools.kube_login import connection_pool, settings_of

MANAGER = "slimdeploy"
CONNECT_SECONDS, SILENT_SECONDS = 5.0, 30.0
ATTEMPTS = 5
JSON = "application/json"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
"""Of a list only names, labels, annotations and owners: a tenth of the bytes."""


class Wire:
    """The connection to one cluster, through one context of a kubeconfig. Several threads may use it."""

    def __init__(self, target: ClusterTarget) -> None:
        self.target = target
        self._settings = settings_of(target)
        self._pool = connection_pool(self._settings)
        self.server: str = self._settings.host
        self.patient = True
        """Whether anything is tried again; not once we were told to stop."""
        self.date = ""
        """The server's own clock at its last answer (RFC 9110, Date)."""

    def _ask(
        self,
        method: str,
        path: str,
        what: str,
        body: Mapping[str, Any] | None = None,
        *,
        fine: tuple[int, ...] = (404,),
        kind: str = "",
        accept: str = JSON,
    ) -> Answer:
        """One request, again while the answer is "later". Statuses other than 2xx and those in `fine` are raised.

        `kind` is the body's media type, where that is not server-side apply's (PATCH) or JSON.
        """
        kind = kind or (APPLY if method == "PATCH" else JSON)
        attempts = ATTEMPTS if self.patient else 1
        for attempt in range(1, attempts + 1):
            answer = self._once(method, path, body, self._headers(kind, accept), last=attempt == attempts)
            if answer is not None and (answer.status < 300 or answer.status in fine):
                return answer
            if answer is not None and (attempt == attempts or not is_worth_another_try(answer)):
                raise explain(answer, what, self.server)
            time.sleep(pause(answer, attempt))
        raise AssertionError

    def _once(
        self, method: str, path: str, body: Mapping[str, Any] | None, headers: dict[str, str], *, last: bool
    ) -> Answer | None:
        """One request; None when nobody answered, which the last attempt raises."""
        import urllib3

        content = None if body is None else json.dumps(body).encode()
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=SILENT_SECONDS)
        try:
            response = self._pool.request(
                method, self.server + path, body=content, headers=headers, timeout=timeout, retries=False
            )
        except urllib3.exceptions.HTTPError as error:
            if last or "CERTIFICATE" in str(error):
                raise self._no_answer(error) from None
            return None
        self.date = response.headers.get("Date", "")
        return Answer(response.status, response.headers, bytes(response.data))

    def _headers(self, kind: str = JSON, accept: str = JSON) -> dict[str, str]:
        headers = {
            "User-Agent": f"{MANAGER}/{version('slimdeploy')}",
            "Accept": accept,
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
