"""Where everything of the cluster lives, and the names by which its traces on the machine are found again.

One state folder, one set of names: after a crash `leftovers` knows from here alone what to remove. The folder is on
disk and not in /run, because containerd's images would fill a tmpfs; it is short, because a unix socket's path ends at
107. SLIMDEPLOY_TEST_CLUSTER names another one, for a second cluster in a network namespace of its own (test_teardown).
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = os.environ.get("SLIMDEPLOY_TEST_CLUSTER", "slimdeploy-test")
STATE = Path("/var/lib") / NAME
CGROUP = NAME
CONTEXT = "slimdeploy-test"
NODE_NAME = "slimdeploy-test"
NODE_BRIDGE = "slimtest0"
NODE_ADDRESS = "10.199.0.1"
POD_BRIDGE = "slimpods0"
POD_NETWORK = "10.244.0.0/24"
SERVICE_NETWORK = "10.96.0.0/24"
SERVICE_ADDRESS = "10.96.0.1"
PAUSE_IMAGE = "localhost/slimdeploy-test/pause:1"

SETTINGS = STATE / "settings.json"
RUNNING = STATE / "cluster.json"
LOGS = STATE / "log"
PKI = STATE / "pki"
AUDIT_LOG = STATE / "audit.log"
KUBECONFIG = STATE / "kubeconfig"
KUBECTL_CACHE = STATE / "kubectl-cache"  # instead of ~/.kube/cache
CONTAINERD_SOCKET = STATE / "containerd.sock"
# Folders outside the state folder that a part insists on; `node` mounts an empty one over each, for itself alone.
HIDDEN = ("/run/containerd", "/var/lib/cni", "/var/lib/kubelet", "/var/log/containers")


@dataclass(frozen=True)
class Ports:
    """Free ports, on the node's address (api, kubelet) and on loopback (the others)."""

    api: int
    kubelet: int
    etcd: int
    etcd_peer: int
    proxy_metrics: int


@dataclass(frozen=True)
class Settings:
    """What one run was started with; `supervise` writes it, `node` reads it."""

    kube: str
    pause: str
    registry: str  # address of the cluster's own registry; empty: it has none, any on loopback will do
    owner: int
    ports: Ports

    def write(self) -> None:
        SETTINGS.write_text(json.dumps(asdict(self)))

    @property
    def api(self) -> str:
        return f"https://{NODE_ADDRESS}:{self.ports.api}"


def read_settings() -> Settings:
    fields = json.loads(SETTINGS.read_text())
    return Settings(**{**fields, "ports": Ports(**fields["ports"])})
