"""One request to the API server and its answer. "Later" is tried again here, nowhere else."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from importlib.metadata import version
from typing import Any

from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.errors import Unreachable
from slimdeploy.tools.hiding import Hidden
from slimdeploy.tools.kube_errors import Answer, explain
from slimdeploy.tools.kube_login import connection_pool, settings_of
from slimdeploy.tools.kube_patience import FIRST_SECONDS, Patience, is_worth_another_try
from slimdeploy.tools.kube_silence import SILENCE, Silence
from slimdeploy.tools.kube_words import certificate

MANAGER = "slimdeploy"
CONNECT_SECONDS, SILENT_SECONDS = 5.0, 30.0
JSON = "application/json"
APPLY = "application/apply-patch+yaml"
MERGE = "application/merge-patch+json"
METADATA = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
"""Of a list only names, labels, annotations and owners: a tenth of the bytes."""


class Wire:
    """The connection to one cluster, through one context of a kubeconfig. Several threads may use it."""

    def __init__(self, target: ClusterTarget, tell: Callable[[str], None] = lambda _: None) -> None:
        self.target = target
        self.tell = tell
        """Hears what a person who waits wants to know."""
        self._answered = False
        self._away, self._lock = False, threading.Lock()
        self._silence = Silence(self._tell_silent)
        self._log_in()
        self.server: str = self._settings.host
        self.patient = True
        """Whether anything is tried again; not once we were told to stop."""
        self.hidden = Hidden()
        """What programs said, in logs, states of pods and events, is read through this."""
        self.date = ""
        """The server's own clock at its last answer (RFC 9110, Date)."""

    def hide(self, values: Iterable[str]) -> None:
        """These values, too."""
        self.hidden = Hidden((*self.hidden.values, *values))

    def question(self, path: str, body: dict[str, object]) -> dict[str, Any]:
        """A review: posted, but nothing is stored. Empty if the server does not know this one, or may not be asked."""
        return self._ask("POST", path, "ask what is allowed", body, fine=(403, 404)).document

    def _ask(
        self,
        method: str,
        path: str,
        what: str,
        body: object = None,
        *,
        fine: tuple[int, ...] = (404,),
        kind: str = "",
        accept: str = JSON,
    ) -> Answer:
        """One request, again while the answer is "later". Statuses other than 2xx and those in `fine` are raised.

        `kind` is the body's media type, where that is not server-side apply's (PATCH) or JSON.
        """
        kind = kind or (APPLY if method == "PATCH" else JSON)
        answer: Answer | None = None
        patience = Patience(self._answered, self.patient, lambda left: self._tell_away(answer, left))
        renewed = False
        while True:
            answer, broken = self._once(method, path, body, self._headers(kind, accept))
            if answer is not None and (answer.status < 300 or answer.status in fine):
                self._away = False
                return answer
            if answer is not None and answer.status == 401 and not renewed:
                renewed = True
                self._log_in()
            elif answer is not None:
                if not is_worth_another_try(answer, method) or not patience.again(answer):
                    raise explain(answer, what, self.server)
            elif "CERTIFICATE" in str(broken) or not patience.again(None):
                raise self._no_answer(str(getattr(broken, "reason", None) or broken)) from None

    def _once(
        self, method: str, path: str, body: object, headers: dict[str, str]
    ) -> tuple[Answer | None, Exception | None]:
        """One request: an answer, or why there is none."""
        import urllib3

        content = None if body is None else json.dumps(body).encode()
        timeout = urllib3.Timeout(connect=CONNECT_SECONDS, read=SILENT_SECONDS if self._answered else FIRST_SECONDS)
        try:
            with self._silence.awaited():
                response = self._pool.request(
                    method, self.server + path, body=content, headers=headers, timeout=timeout, retries=False
                )
        except urllib3.exceptions.HTTPError as error:
            return None, error
        if response.status < 300 and "text/html" in response.headers.get("Content-Type", ""):
            return None, ValueError("a web page answers: is a proxy, or a login page, in between?")
        self._answered, self.date = True, response.headers.get("Date", "")
        return Answer(response.status, response.headers, bytes(response.data)), None

    def _log_in(self) -> None:
        """Read the kubeconfig; again when the server refuses us: its token may be another one by now."""
        self._settings = settings_of(self.target)
        self._pool = connection_pool(self._settings)

    def _tell_away(self, answer: Answer | None, left: float) -> None:
        """That it is waited for: once, however many requests wait."""
        with self._lock:
            told, self._away = self._away, True
        if not told:
            does = f"answers {answer.status}" if answer else "does not answer"
            self.tell(f"the API server at {self.server} {does}; trying again for {left:.0f} s")

    def _tell_silent(self) -> None:
        self.tell(f"waiting for the API server at {self.server}: no answer for {SILENCE:g} s")

    def _headers(self, kind: str = JSON, accept: str = JSON) -> dict[str, str]:
        headers = {"User-Agent": f"{MANAGER}/{version('slimdeploy')}", "Accept": accept, "Content-Type": kind}
        login = self._settings.auth_settings().values()  # asks a login helper again when its token is due
        return headers | {each["key"]: each["value"] for each in login if each["in"] == "header"}

    def _no_answer(self, reason: str) -> Unreachable:
        hint = "is the cluster up, and is this the context that is meant?"
        return Unreachable(
            f"the API server of context {self.target.context} does not answer: {self.server}",
            details=(reason,),
            hint=certificate(reason) if "CERTIFICATE" in reason else hint,
        )
