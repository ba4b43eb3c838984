"""What puts an image into the nodes of a local cluster: one command each, and a pure function for its arguments.

ctr is tried against a real containerd in the tests. kind, k3d and minikube need Docker or a VM: only the arguments that
their documentation names are tested. All four hand the archive to containerd's own import, which keeps the digest.
"""

from __future__ import annotations

from pathlib import Path

from slimdeploy.tools import command
from slimdeploy.tools.command import Command
from slimdeploy.tools.lines import LineSink

CTR = ("ctr", "--connect-timeout", "3s", "--namespace", "k8s.io", "images")
INHERIT = ("CONTAINERD_ADDRESS", "CONTAINERD_SNAPSHOTTER", "DOCKER_*", "KIND_*", "K3D_*", "MINIKUBE_*", "KUBECONFIG")
HINT = "or choose another way in slim.toml: cluster.delivery"
SECONDS = 600.0


def import_argv(kind: str, cluster: str, archive: Path) -> tuple[str, ...]:
    """The command that loads an archive into every node of a cluster."""
    return {
        "containerd": (*CTR, "import", str(archive)),
        "kind": ("kind", "load", "image-archive", str(archive), "--name", cluster),
        "k3d": ("k3d", "image", "import", str(archive), "--cluster", cluster),
        "minikube": ("minikube", "image", "load", str(archive), "--profile", cluster),
    }[kind]


def load(kind: str, cluster: str, archive: Path, on_line: LineSink | None = None) -> None:
    """Run it."""
    argv = import_argv(kind, cluster, archive)
    command.require(argv[0], HINT)
    command.run(Command(argv, inherit=INHERIT, contained=kind == "containerd", timeout=SECONDS), on_line)


def held(name: str) -> str | None:
    """`ctr images ls`: the digest that containerd holds under this name; None if it has none."""
    command.require(CTR[0], HINT)
    out = command.run(Command((*CTR, "ls", f"name=={name}"), inherit=INHERIT, contained=True, timeout=30))
    found = [line.split()[2] for line in out.splitlines()[1:] if line.split()[0] == name]
    return found[0] if found else None
