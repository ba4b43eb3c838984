"""A container with tools beside the program, which has none: as `kubectl debug`, in the program's own process space.

It runs as the program's user, hardened as Pod Security `restricted` asks. The program is process 1 there, and its root
filesystem is /proc/1/root. Kubernetes never takes such a container out of a pod again: the pod has to go.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from slimdeploy.deploy.destination import DebugWish
from slimdeploy.deploy.operating import choosing, forwarding
from slimdeploy.deploy.operating.terminal import Terminal
from slimdeploy.deploy.rollout import doom, pods
from slimdeploy.errors import UsageError
from slimdeploy.events import Step
from slimdeploy.records import frozen
from slimdeploy.tools.kube import Kube
from slimdeploy.tools.kube_streams import attach

START_SECONDS = 60.0
INTERVAL = 0.2


@frozen
class Debugger:
    """The container that was put into a pod."""

    kube: Kube
    pod: str
    name: str

    def interact(self) -> int:
        """Connect it with this terminal until it ends; its exit code."""
        channel = attach(self.kube, self.kube.target.namespace, self.pod, self.name)
        Terminal(channel).run()
        return self._exit_code()

    def collect(self, sink: Callable[[str], object]) -> int:
        """Wait until it ends, and hand on what it printed; its exit code."""
        for line in self.kube.follow(self.kube.target.namespace, self.pod, container=self.name):
            sink(line)
        return self._exit_code()

    def state(self) -> Mapping[str, Any]:
        """Its state, as the pod's status has it."""
        found = self.kube.pod(self.kube.target.namespace, self.pod) or {}
        all_of_them = found.get("status", {}).get("ephemeralContainerStatuses") or ()
        return next((each.get("state", {}) for each in all_of_them if each["name"] == self.name), {})

    def hopeless(self, state: Mapping[str, Any]) -> str:
        """Why it will not start; empty if it may. The pod's status tells that up to 15 s later than its events do."""
        found = doom.container_doom({"state": state})
        if found:
            return found.cause
        for event in self.kube.events(self.kube.target.namespace, self.pod):
            about = event.get("involvedObject", {}).get("fieldPath", "")
            if self.name in about and event.get("reason") == "Failed" and doom.FINAL_PULL.search(event["message"]):
                return f"the image cannot be pulled: {pods.pull_words(event['message'])}"
        return ""

    def _exit_code(self) -> int:
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            if end := self.state().get("terminated"):
                return int(end.get("exitCode", 0))
            time.sleep(INTERVAL)
        return 0  # detached: it runs on


def start(found: Iterable[Mapping[str, Any]], kube: Kube, wish: DebugWish, step: Step) -> Debugger:
    """Put the container in and wait until it runs. Raises UsageError when there is no such pod, or it cannot start."""
    pod = choose(found, wish.pod)
    debugger = Debugger(kube, pods.name_of(pod), f"debug-{secrets.token_hex(3)}")
    kube.add_debugger(kube.target.namespace, debugger.pod, container(debugger.name, pod, wish))
    deadline = time.monotonic() + START_SECONDS
    while not (state := debugger.state()).keys() & {"running", "terminated"}:
        waiting = state.get("waiting") or {}
        step.waiting(f"{debugger.pod}: {waiting.get('reason', 'starting')}")
        cause = debugger.hopeless(state)
        if not cause and time.monotonic() > deadline:
            cause = f"not started after {START_SECONDS:g} s"
        if cause:
            raise UsageError(f"{wish.image}: {cause}", hint="--image names one that the nodes can have, with the tools")
        time.sleep(INTERVAL)
    step.summary = f"{debugger.name} in {debugger.pod}"
    return debugger


def choose(found: Iterable[Mapping[str, Any]], name: str) -> Mapping[str, Any]:
    """The named pod; or one that runs and does not serve, else one that does."""
    alive = forwarding.running(found)
    wanted = [pod for pod in alive if name in {"", pods.name_of(pod)}]
    if not wanted:
        names = ", ".join(pods.name_of(pod) for pod in alive)
        hint = f"running: {names}" if names else "slimdeploy status says what keeps them from it"
        raise UsageError(f"no pod {name} runs" if name else "no pod runs", hint=hint)
    return min(wanted, key=pods.is_ready)


def container(name: str, pod: Mapping[str, Any], wish: DebugWish) -> dict[str, Any]:
    """The ephemeral container: in the process space of the program, with its user (the pod's), and no more rights."""
    return {
        "name": name,
        "image": wish.image,
        "imagePullPolicy": "IfNotPresent",
        "targetContainerName": pods.program(pod["spec"], choosing.label_of(pod))["name"],
        **({"command": list(wish.command)} if wish.command else {}),
        "stdin": wish.tty,
        "tty": wish.tty,
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "capabilities": {"drop": ["ALL"]},
            "runAsNonRoot": True,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
    }
