"""How long a program takes to start from an image in podman's store: until it listens, prints, or ends well."""

from __future__ import annotations

import secrets
import socket
import statistics
import time
from pathlib import Path

from slimdeploy.artifacts.deploy_plan import LocalTarget
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deploy.podman.container import container_spec, run_arguments
from slimdeploy.deploy.podman.health import listens
from slimdeploy.records import frozen
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.hiding import Hidden
from slimdeploy.tools.podman import Podman

TIMES = 3
SECONDS = 20.0
LAST_LINES = 3


@frozen
class Trial:
    """The median of some starts in seconds; None when the program does not start, `note` says how it ended."""

    seconds: float | None
    note: str = ""


def start(plan: WorkloadPlan, image: str, podman: Podman, work: Path) -> Trial:
    """Start it some times, one after the other, hardened as in the cluster. `work` is a folder for us."""
    seconds: list[float] = []
    for _ in range(TIMES):
        trial = _once(plan, image, podman, work)
        if trial.seconds is None:
            return trial
        seconds.append(trial.seconds)
    return Trial(statistics.median(seconds))


def _once(plan: WorkloadPlan, image: str, podman: Podman, work: Path) -> Trial:
    name, target = f"slimdeploy-compare-{secrets.token_hex(4)}", LocalTarget(_free_port() if plan.ports else None)
    pid_file = work / f"{name}.pid"  # asking podman would take 50 ms, as long as the start itself
    arguments = run_arguments(name, container_spec(plan, target, image), podman.engine)
    started = time.perf_counter()
    try:
        podman.run((f"--pidfile={pid_file}", f"--timeout={2 * SECONDS:.0f}", *arguments))
        return _watch(plan, name, podman, _Clock(started, int(pid_file.read_text())))
    except ToolFailed as failure:
        return Trial(None, " ".join(failure.output[-1:]) or "podman cannot run it")
    finally:
        podman.remove(name, 0)


@frozen
class _Clock:
    started: float
    pid: int

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def running(self) -> bool:
        return Path(f"/proc/{self.pid}/stat").exists()


def _watch(plan: WorkloadPlan, name: str, podman: Podman, clock: _Clock) -> Trial:
    while clock.seconds < SECONDS:
        seconds, alive = clock.seconds, clock.running()
        if plan.ports and alive and listens(clock.pid, plan.ports[0].number) is None:
            return Trial(clock.seconds)
        if not alive:
            return _ended(plan, name, podman, seconds)
        if not plan.ports and podman.logs(name, 1):
            return Trial(seconds)
        time.sleep(0.002)
    awaited = f"does not listen on port {plan.ports[0].number}" if plan.ports else "prints nothing"
    return Trial(None, f"it {awaited} within {SECONDS:g} s")


def _ended(plan: WorkloadPlan, name: str, podman: Podman, seconds: float) -> Trial:
    """A program without ports that is done has started; any other one should not have ended."""
    live = podman.inspect(name)
    code = live["State"]["ExitCode"] if live else "?"
    if not plan.ports and code == 0:
        return Trial(seconds)
    hidden = Hidden(each.value for each in plan.secrets)
    lines = " | ".join(hidden(podman.logs(name, LAST_LINES)).splitlines()[-LAST_LINES:])
    return Trial(None, f"the program ended with exit code {code}: {lines or 'it printed nothing'}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
