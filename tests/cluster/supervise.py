"""The root side of one run: takes the machine's lock, prepares, keeps `node` running, removes every trace at the end.

Ends on SIGTERM, when `node` ends, and (started for a test run) when stdin closes: that is when the test run has ended,
however it ended. stdout has one JSON line: what `layout.RUNNING` holds, or {"error": ...}.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tests.cluster import cgroups, containerd, isolation, leftovers, netfilter, parts, pki
from tests.cluster.layout import (
    AUDIT_LOG,
    KUBECONFIG,
    KUBECTL_CACHE,
    LOGS,
    NODE_ADDRESS,
    NODE_BRIDGE,
    PKI,
    RUNNING,
    SERVICE_NETWORK,
    STATE,
    Ports,
    Settings,
)
from tests.cluster.lock import HeldError, machine_lock
from tests.cluster.ports import free_ports, preferred

Node = subprocess.Popen[str]
BY_HAND_REGISTRY = 5000  # the port that examples/hello names; the registry of a test run takes any


def main() -> None:
    options = _options()
    os.umask(0o022)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with machine_lock() as lock:
            run(options, lock)
    except (HeldError, RuntimeError, OSError, subprocess.CalledProcessError) as error:
        _say({"error": f"{error}\n{getattr(error, 'stderr', None) or ''}".strip()})
        sys.exit(1)


def run(options: argparse.Namespace, lock: socket.socket) -> None:
    if netfilter.chains_exist() and not leftovers.exist():
        raise RuntimeError("another Kubernetes runs here (KUBE- chains in iptables): the two would break each other")
    leftovers.clean()
    node: Node | None = None
    try:
        prepare(_settings(options))
        node = subprocess.Popen(isolation.command_line(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        _announce(node, options)
        _wait_for_the_end(node, lock, stay=options.stay)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        if node:
            _end(node)
        leftovers.clean()


def _end(node: Node) -> None:
    """Kill pid 1 of the namespace, and not `unshare`: that ends when, and not before, the last process in there has."""
    with suppress(OSError):  # it ended already, or never came so far
        for pid in Path(f"/proc/{node.pid}/task/{node.pid}/children").read_text().split():
            os.kill(int(pid), signal.SIGKILL)
    with suppress(subprocess.TimeoutExpired):
        node.wait(timeout=30)
    node.kill()
    node.wait()


def prepare(settings: Settings) -> None:
    """Everything that has to be there before the first part starts."""
    for folder in (STATE, LOGS, PKI):
        folder.mkdir(mode=0o755, parents=True)
    leftovers.remember()
    settings.write()
    for path, text in {**parts.config_files(settings), **containerd.config_files(settings)}.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    pki.make_certificates()
    pki.make_kubeconfigs(settings)
    AUDIT_LOG.touch(mode=0o600)
    KUBECTL_CACHE.mkdir(mode=0o700)
    for path in (KUBECONFIG, AUDIT_LOG, KUBECTL_CACHE):
        os.chown(path, settings.owner, -1)
    cgroups.make()
    _make_node_bridge()


def _make_node_bridge() -> None:
    commands = [
        f"link add {NODE_BRIDGE} type bridge",
        f"address add {NODE_ADDRESS}/24 dev {NODE_BRIDGE}",
        f"link set {NODE_BRIDGE} up",
        # kube-proxy rewrites these addresses, but only those of a packet that has a route: the machine may be offline
        f"route add {SERVICE_NETWORK} dev {NODE_BRIDGE}",
    ]
    for command in commands:
        subprocess.run(["ip", *command.split()], check=True, capture_output=True, text=True)


def _settings(options: argparse.Namespace) -> Settings:
    *ports, registry_port = free_ports(6)
    return Settings(
        kube=f"{options.binaries}/kube",
        pause=f"{options.binaries}/pause",
        registry=f"127.0.0.1:{preferred(BY_HAND_REGISTRY, registry_port)}" if options.stay else "",
        owner=int(os.environ.get("SUDO_UID", os.getuid())),
        ports=Ports(*ports),
    )


def _announce(node: Node, options: argparse.Namespace) -> None:
    _raise_error(node)
    settings = json.loads((STATE / "settings.json").read_text())
    running = {"kube": settings["kube"], "registry": settings["registry"], "stay": options.stay, "pid": os.getpid()}
    RUNNING.write_text(json.dumps(running))
    _say(running)


def _raise_error(node: Node) -> None:
    """Read the node's next line, and take a failure over."""
    assert node.stdout
    answer = json.loads(node.stdout.readline() or '{"error": "the cluster was killed"}')
    if "error" in answer:
        raise RuntimeError(answer["error"])


def _wait_for_the_end(node: Node, lock: socket.socket, *, stay: bool) -> None:
    with selectors.DefaultSelector() as events:
        events.register(lock, selectors.EVENT_READ)
        events.register(node.stdout or 0, selectors.EVENT_READ)
        if not stay:
            events.register(sys.stdin, selectors.EVENT_READ)
        while (ready := {key.fileobj for key, _ in events.select()}) == {lock}:
            lock.accept()[0].close()  # somebody asked who holds the lock; connecting was the answer
    if node.stdout in ready:
        _raise_error(node)


def _say(value: dict[str, object]) -> None:
    with suppress(BrokenPipeError):
        sys.stdout.write(json.dumps(value) + "\n")
        sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binaries", type=Path, required=True, help="folder with kube and pause")
    parser.add_argument("--stay", action="store_true", help="do not end when stdin closes; with a registry of its own")
    return parser.parse_args()


if __name__ == "__main__":
    main()
