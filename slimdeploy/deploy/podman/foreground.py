"""`slimdeploy run`: the image in the foreground, as `docker run` would, and hardened as in the cluster."""

from __future__ import annotations

import errno
import secrets
import signal
import socket
from pathlib import Path

from slimdeploy.artifacts.build import Delivered
from slimdeploy.artifacts.deploy_plan import LocalTarget
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.deploy.podman.container import (
    Given,
    Wish,
    container_spec,
    environment,
    fits_a_line,
    foreground_arguments,
    publications,
)
from slimdeploy.deploy.podman.single import written
from slimdeploy.errors import Interrupted, ProgramFailed, RolloutFailed, Terminated
from slimdeploy.records import frozen
from slimdeploy.tools.podman import Podman

PODMANS_OWN = {125: "podman could not start", 126: "podman could not run", 127: "podman did not find"}
SIGNALLED = 128
GRACE_SECONDS = 10


@frozen
class End:
    """How the program ended."""

    app: str
    code: int

    def __str__(self) -> str:
        return f"{self.app} ended with exit code {self.code}"


def check_ports(plan: WorkloadPlan, wish: Wish) -> None:
    """Raises RolloutFailed for a port that somebody listens on: podman would say so after the build."""
    for each in publications(container_spec(plan, LocalTarget(), ""), wish):
        address, port, inside = each.partition("/")[0].split(":")
        if _in_use(address, int(port), udp=each.endswith("/udp")):
            hint = f"end what listens there, or choose another: slimdeploy run -p 18080:{inside}"
            raise RolloutFailed(f"{address}:{port} is in use", hint=hint)


def _in_use(address: str, port: int, *, udp: bool) -> bool:
    """What else stands in the way (a low port, an address that is not ours) is podman's to say."""
    with socket.socket(type=socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # one that was closed just now is free
        try:
            probe.bind((address, port))
        except OSError as error:
            return error.errno == errno.EADDRINUSE
    return False


def run(plan: WorkloadPlan, delivered: Delivered, podman: Podman, *, wish: Wish, folder: Path) -> End:
    """Until it ends. Raises ProgramFailed when that is with an error, RolloutFailed when podman cannot start it,
    Interrupted and Terminated when we were told.
    """
    name, spec = f"slimdeploy-run-{secrets.token_hex(4)}", container_spec(plan, LocalTarget(), delivered.reference)
    env_file, pid_file = folder / f"{name}.env", folder / f"{name}.pid"
    env_file.touch(mode=0o600)
    kept = {each.name: each.value for each in plan.secrets if each.name not in wish.env}
    values = environment(spec, wish) | kept
    long = {key: value for key, value in kept.items() if not fits_a_line(value)}
    env_file.write_text("".join(f"{key}={value}\n" for key, value in values.items() if fits_a_line(value)), "utf-8")
    try:
        given = Given(env_file, tuple(long), written(plan.config, folder))
        arguments = foreground_arguments(name, spec, podman.engine, wish=wish, given=given)
        started_as = f"--pidfile={pid_file}"  # only there if the program was started: 125 to 127 may be its own
        code, told = podman.run_in_foreground((started_as, *arguments), GRACE_SECONDS, long)
        if told or code < 0:
            podman.remove(name, 0)
    finally:
        env_file.unlink(missing_ok=True)
    if told is None and code in PODMANS_OWN and not pid_file.exists():
        check_ports(plan, wish)  # taken while it was built
        what = f"{PODMANS_OWN[code]} {plan.app} (exit code {code})"
        raise RolloutFailed(what, hint="its own words are above")
    return _judge(End(plan.app, code), told)


def _judge(end: End, told: int | None) -> End:
    if told == signal.SIGINT:
        raise Interrupted(f"interrupted: {end.app} was told to end, and did, with exit code {end.code}")
    if told is not None:
        raise Terminated(f"ended by {signal.Signals(told).name}: {end}")
    if end.code > SIGNALLED and end.code - SIGNALLED in signal.valid_signals():
        name = signal.Signals(end.code - SIGNALLED).name
        raise ProgramFailed(f"{end.app} was ended by {name} (exit code {end.code})")
    if end.code:
        raise ProgramFailed(str(end))
    return end
