"""What a test holds of the running cluster."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from tests.cluster import web
from tests.cluster.audit import AuditLog
from tests.cluster.layout import AUDIT_LOG, CONTAINERD_SOCKET, CONTEXT, KUBECONFIG, KUBECTL_CACHE, RUNNING
from tests.waiting import until


class CommandError(Exception):
    """kubectl or ctr said no; the text is what it said."""


@dataclass(frozen=True)
class Cluster:
    """A real Kubernetes with one node. Its administrator's kubeconfig, its registry, its audit log."""

    binary: Path
    registry: str
    context: str = CONTEXT
    kubeconfig: Path = KUBECONFIG
    containerd: Path = CONTAINERD_SOCKET
    audit: AuditLog = field(default_factory=lambda: AuditLog(AUDIT_LOG))

    def kubectl(self, *arguments: str, stdin: str = "") -> str:
        """What `kubectl` prints."""
        environment = {"KUBECONFIG": str(self.kubeconfig), "KUBECACHEDIR": str(KUBECTL_CACHE)}
        return _run([str(self.binary), "kubectl", *arguments], stdin, environment)

    def apply(self, *objects: dict[str, object]) -> None:
        self.kubectl("apply", "-f", "-", stdin="\n".join(json.dumps(each) for each in objects))

    def namespace(self, name: str, pod_security: str = "restricted") -> str:
        """Make a namespace in which pods must meet this Pod Security level."""
        levels = {f"pod-security.kubernetes.io/{mode}": pod_security for mode in ("enforce", "warn")}
        self.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": levels}})
        return name

    def fetch(self, service: str, namespace: str, path: str = "/", wanted: str = "") -> str:
        """The body that the Service answers with at its first port, asked from this machine.

        Asked until it holds `wanted`: kube-proxy hears of a ready pod, and of one that goes, a moment later.
        """
        found = json.loads(self.kubectl("get", "service", service, "-n", namespace, "-o", "json"))["spec"]
        url = f"http://{found['clusterIP']}:{found['ports'][0]['port']}{path}"

        def ask() -> str:
            try:
                body = web.get(url)
            except OSError:
                return ""
            return body if wanted in body else ""

        return until(f"{wanted or 'an answer'} from {url}", ask)

    def ctr(self, *arguments: str) -> str:
        """containerd's own client, for the images on the node."""
        return _run(["ctr", "--address", str(self.containerd), "--namespace", "k8s.io", *arguments])


def attach() -> Cluster:
    """The cluster that runs on this machine."""
    running = json.loads(RUNNING.read_text())
    return Cluster(binary=Path(running["kube"]), registry=running["registry"])


def _run(command: list[str], stdin: str = "", environment: Mapping[str, str] = MappingProxyType({})) -> str:
    done = subprocess.run(
        command, input=stdin, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CommandError(f"{' '.join(command[1:])}: {done.stderr.strip()}")
    return done.stdout
