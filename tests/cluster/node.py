"""Pid 1 of the cluster: starts every part, says on stdout when all of it is ready, and ends when a part does.

Started by `supervise` inside `isolation`. One JSON line: {"ready": true}, or {"error": "..."} with the last log lines.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.cluster import containerd, isolation, parts, registry, web
from tests.cluster.layout import KUBECONFIG, LOGS, NODE_NAME, PKI, STATE, Settings, read_settings

SECONDS_TO_START = 90
AT_ONCE = ("etcd", "apiserver")


class PartError(Exception):
    """A part ended, or the cluster did not become ready in time."""


class Parts:
    """The running parts, by pid."""

    def __init__(self) -> None:
        self._names: dict[int, str] = {}

    def start(self, name: str, command: list[str]) -> None:
        with (LOGS / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=STATE)
        self._names[process.pid] = name

    def reap(self, options: int = 0) -> None:
        """Collect ended processes, orphans of pods too; the end of a part is an error."""
        pid, status = os.waitpid(-1, options)
        while pid:
            if pid in self._names:
                raise PartError(_why(self._names[pid], os.waitstatus_to_exitcode(status)))
            pid, status = os.waitpid(-1, options)

    def wait_for(self, what: str, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + SECONDS_TO_START
        while not condition():
            self.reap(os.WNOHANG)
            if time.monotonic() > deadline:
                raise PartError(f"{what}: not within {SECONDS_TO_START} s; {_logs()}")
            time.sleep(0.05)


def main() -> None:
    running = Parts()
    try:
        start(running, read_settings())
        _say({"ready": True})
        while True:
            running.reap()
    except Exception as error:  # noqa: BLE001  pid 1 must report whatever it was: nobody else can
        _say({"error": f"{type(error).__name__}: {error}"})
        sys.exit(1)


def start(running: Parts, settings: Settings) -> None:
    isolation.hide_machine()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    commands = parts.command_lines(settings)
    running.start("containerd", containerd.command_line())
    if settings.registry:
        running.start("registry", registry.command_line(STATE, settings.registry))
    for name in AT_ONCE:
        running.start(name, commands.pop(name))
    running.wait_for("containerd", _containerd_answers)
    containerd.import_pause(Path(settings.pause))
    _start_rest(running, settings, commands)


def _start_rest(running: Parts, settings: Settings, commands: dict[str, list[str]]) -> None:
    api = Api(settings)
    running.wait_for("the API server", api.is_ready)
    for name, command in commands.items():
        running.start(name, command)
    running.wait_for("the node", api.node_is_ready)
    running.wait_for("the default service account", api.has_service_account)


class Api:
    """What is asked of the API server while it starts."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.api
        self._token = json.loads(KUBECONFIG.read_text())["users"][0]["user"]["token"]
        self._authority = (PKI / "ca.crt").read_text()

    def is_ready(self) -> bool:
        return self._get("/readyz") == "ok"

    def node_is_ready(self) -> bool:
        node = json.loads(self._get(f"/api/v1/nodes/{NODE_NAME}") or "{}")
        conditions = node.get("status", {}).get("conditions", [])
        return {"type": "Ready", "status": "True"}.items() <= _condition(conditions, "Ready").items()

    def has_service_account(self) -> bool:
        return bool(self._get("/api/v1/namespaces/default/serviceaccounts/default"))

    def _get(self, path: str) -> str:
        try:
            return web.get(self._url + path, token=self._token, authority=self._authority)
        except OSError:
            return ""


def _condition(conditions: list[dict[str, str]], kind: str) -> dict[str, str]:
    return next((condition for condition in conditions if condition["type"] == kind), {})


def _say(value: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


def _containerd_answers() -> bool:
    try:
        containerd.ctr("version")
    except subprocess.CalledProcessError:
        return False
    return True


def _why(name: str, code: int) -> str:
    lines = (LOGS / f"{name}.log").read_text(errors="replace").splitlines()[-15:]
    return "\n".join([f"{name} ended with {code}", *lines])


def _logs() -> str:
    return "\n".join(_why(path.stem, 0) for path in LOGS.glob("*.log"))


if __name__ == "__main__":
    main()
