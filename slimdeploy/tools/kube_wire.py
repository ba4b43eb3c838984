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


class Wire:
    """The connection to one cluster, through one context of a kubeconfig. Several threads may use it."""

    def __init__(self, target: ClusterTarget) -> None:
        self.target = target
        self._settings = settings_of(target)
        self._pool = connection_pool(self._settings)
        self.server: str = self._settings.host

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
