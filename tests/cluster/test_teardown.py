"""However a cluster ends, the machine is as it was before: nothing runs, nothing is mounted, nothing is left.

The cluster here is a second one, with a name and a network namespace of its own: so this runs, as it is, while the
cluster of the other tests is up. Its network settings are the new namespace's, which makes changes in them visible.
"""

from __future__ import annotations

import json
import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.binary import binaries, cache_folder
from tests.cluster.start import PROJECT, as_root
from tests.waiting import comes_true

IN_A_TEST_RUN = """
import sys
from tests.cluster.start import cluster_for_tests
with cluster_for_tests("127.0.0.1:1"):
    print("running", flush=True)
    sys.stdin.read()
"""
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "pod"},
    "spec": {"containers": [{"name": "pod", "image": "localhost/slimdeploy-test/pause:1", "imagePullPolicy": "Never"}]},
}
# Names are narrowed where podman, which others may use meanwhile, keeps its own.
WATCHED = [
    *("run/*", "run/containerd/*", "run/netns/cni-*", "usr/libexec/*", "var/lib/*", "var/lib/kubelet/*"),
    *("var/lib/cni/*/slimdeploy*", "var/log/*", "var/log/containers/*", "var/log/pods/*"),
]
SETTINGS = [
    *("net.ipv4.ip_forward", "net.ipv4.conf.all.route_localnet", "vm.overcommit_memory", "vm.panic_on_oom"),
    *("kernel.panic", "kernel.panic_on_oops", "kernel.keys.root_maxkeys", "kernel.keys.root_maxbytes"),
]


@dataclass(frozen=True)
class Elsewhere:
    """A network namespace, and the name of the cluster in it."""

    name: str

    def command(self, *arguments: str) -> list[str]:
        variables = {
            "SLIMDEPLOY_TEST_CLUSTER": self.name,
            "XDG_CACHE_HOME": str(cache_folder().parent),
            "KUBECACHEDIR": f"/var/lib/{self.name}/kubectl-cache",
        }
        assignments = [f"{name}={value}" for name, value in variables.items()]
        return as_root("nsenter", f"--net=/run/netns/{self.name}", "env", *assignments, *arguments)

    def run(self, *arguments: str, stdin: str = "") -> str:
        done = subprocess.run(
            self.command(*arguments), cwd=PROJECT, input=stdin, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def cluster(self, verb: str) -> str:
        return self.run(sys.executable, "-B", "-m", "tests.cluster", verb)

    def processes(self) -> dict[int, str]:
        """Command line by pid: all in the network namespace, and those of pods, which have their own."""
        pids = subprocess.run(as_root("ip", "netns", "pids", self.name), check=True, capture_output=True, text=True)
        groups = [folder for top in self.cgroups() for folder, _, _ in os.walk(top)]
        inside = [_read(f"{group}/cgroup.procs") for group in groups]
        found = {int(pid) for pid in " ".join([pids.stdout, *inside]).split()}
        return {pid: line.replace("\0", " ") for pid in found if (line := _read(f"/proc/{pid}/cmdline"))}

    def cgroups(self) -> list[str]:
        """In every hierarchy of cgroup v1, or the one of v2."""
        return [str(path) for pattern in ("", "*/") for path in Path("/sys/fs/cgroup").glob(pattern + self.name)]

    def traces(self) -> set[str]:
        """Everything that a cluster could leave behind, and the settings that it could change."""
        return {
            *self.processes().values(),
            *(line for line in Path("/proc/mounts").read_text().splitlines() if self.name in line),
            *self.run("ip", "-oneline", "address").splitlines(),
            *(line for family in ("iptables", "ip6tables") for line in _rules(self.run(f"{family}-save"))),
            *self.cgroups(),
            *self.run("sysctl", *SETTINGS).splitlines(),
            *(str(path) for pattern in WATCHED for path in Path("/").glob(pattern) if not self._is_another(path)),
        }

    def _is_another(self, path: Path) -> bool:
        """Of a cluster that somebody else runs meanwhile."""
        return path.name.startswith("slimdeploy-") and path.name != self.name


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    name = f"slimdeploy-{secrets.token_hex(3)}"
    binaries()  # built by this user, before root looks for it
    subprocess.run(as_root("ip", "netns", "add", name), check=True)
    place = Elsewhere(name)
    try:
        place.run("ip", "link", "set", "lo", "up")
        place.run("sysctl", "-q", "-w", "net.ipv4.ip_forward=0")
        yield place
        place.cluster("down")
    finally:
        subprocess.run(as_root("ip", "netns", "delete", name), check=True)


def test_down_leaves_nothing(elsewhere: Elsewhere) -> None:
    before = elsewhere.traces()
    elsewhere.cluster("up")
    _run_a_pod(elsewhere)
    assert len(elsewhere.traces() - before) > 50
    assert "ended the cluster of process" in elsewhere.cluster("down")
    assert _left_over(elsewhere, before) == set()


@pytest.mark.parametrize("victim", ["tests.cluster.supervise", "tests.cluster.node", "kube apiserver"])
def test_a_killed_part_takes_the_cluster_with_it(elsewhere: Elsewhere, victim: str) -> None:
    before = elsewhere.traces()
    elsewhere.cluster("up")
    _run_a_pod(elsewhere)
    _kill(elsewhere, victim)
    assert comes_true(lambda: elsewhere.processes() == {})
    elsewhere.cluster("down")  # as the next `up` would; removes what only the killed supervisor would have removed
    assert _left_over(elsewhere, before) == set()


def test_a_test_run_is_told_why_its_cluster_ended(elsewhere: Elsewhere) -> None:
    command = elsewhere.command(sys.executable, "-B", "-c", IN_A_TEST_RUN)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=PROJECT, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as run:
        assert run.stdout
        run.stdout.readline()
        _kill(elsewhere, "kube etcd")
        assert comes_true(lambda: "supervise" not in str(elsewhere.processes()))
        assert "the cluster ended before the tests did: PartError: etcd ended with -9" in run.communicate()[1]


def test_the_cluster_ends_with_a_killed_test_run(elsewhere: Elsewhere) -> None:
    before, pipe = elsewhere.traces(), subprocess.PIPE
    command = elsewhere.command(sys.executable, "-B", "-c", IN_A_TEST_RUN)
    with subprocess.Popen(command, cwd=PROJECT, stdin=pipe, stdout=pipe, text=True) as run:
        assert run.stdout
        assert run.stdout.readline() == "running\n"
        _run_a_pod(elsewhere)
        with pytest.raises(AssertionError, match="held by process"):
            elsewhere.cluster("up")
        run.kill()
    assert _left_over(elsewhere, before) == set()


def _run_a_pod(elsewhere: Elsewhere) -> None:
    kubectl = (str(binaries() / "kube"), "kubectl", f"--kubeconfig=/var/lib/{elsewhere.name}/kubeconfig")
    elsewhere.run(*kubectl, "apply", "-f", "-", stdin=json.dumps(POD))
    elsewhere.run(*kubectl, "wait", "pod/pod", "--for=condition=Ready", "--timeout=2m")


def _read(path: str) -> str:
    """Empty for what goes just now."""
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _kill(elsewhere: Elsewhere, victim: str) -> None:
    pid = next(pid for pid, line in elsewhere.processes().items() if victim in line)
    subprocess.run(as_root("kill", f"-{signal.SIGKILL.value}", str(pid)), check=True)


def _rules(saved: str) -> list[str]:
    return [line for line in saved.splitlines() if "KUBE-" in line or "slimdeploy" in line]


def _left_over(elsewhere: Elsewhere, before: set[str]) -> set[str]:
    """What is new, after the few moments that the kernel takes to end a network namespace."""
    comes_true(lambda: elsewhere.traces() <= before)
    return elsewhere.traces() - before
