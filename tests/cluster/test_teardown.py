"""However a cluster ends, the machine is as it was before: nothing runs, nothing is mounted, nothing is left.

The cluster here is a second one, with a name and a network namespace of its own: so this runs, as it is, while the
cluster of the other tests is up. Its network settings are the new namespace's, which makes changes in them visible.
"""

from __future__ import annotations

import json
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cluster.binary import binaries, cache_folder
from tests.cluster.layout import HIDDEN
from tests.cluster.start import PROJECT, as_root

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
WATCHED = (*HIDDEN, "/run/netns", "/var/log", "/usr/libexec", "/var/lib", "/run")


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
        groups = [path.read_text() for path in Path("/sys/fs/cgroup").rglob(f"{self.name}/**/cgroup.procs")]
        found = {int(pid) for pid in " ".join([pids.stdout, *groups]).split()}
        return {pid: line for pid in found if (line := _command_line(pid))}

    def state(self) -> dict[str, object]:
        """What a cluster could leave behind."""
        return {
            "processes": sorted(self.processes()),
            "mounts": [line for line in Path("/proc/mounts").read_text().splitlines() if self.name in line],
            "interfaces": self.run("ip", "-brief", "link"),
            "chains": [self.run(f"{family}-save").count("KUBE-") for family in ("iptables", "ip6tables")],
            "cgroups": [str(path) for path in Path("/sys/fs/cgroup").rglob(f"{self.name}*")],
            "settings": self.run("sysctl", "net.ipv4.ip_forward", "net.ipv4.conf.all.route_localnet"),
            "kernel": self.run("sysctl", "vm.overcommit_memory", "kernel.panic", "kernel.panic_on_oops"),
            "files": {folder: _names(folder) for folder in WATCHED},
        }


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    name = f"slimdeploy-{secrets.token_hex(3)}"
    binaries()  # built by this user, before root looks for it
    subprocess.run(as_root("ip", "netns", "add", name), check=True)
    place = Elsewhere(name)
    try:
        place.run("ip", "link", "set", "lo", "up")
        yield place
        place.cluster("down")
    finally:
        subprocess.run(as_root("ip", "netns", "delete", name), check=True)


def test_down_leaves_nothing(elsewhere: Elsewhere) -> None:
    before = elsewhere.state()
    elsewhere.cluster("up")
    _run_a_pod(elsewhere)
    assert elsewhere.state()["chains"] != before["chains"]
    assert "ended the cluster of process" in elsewhere.cluster("down")
    assert _settled(elsewhere, before) == before


@pytest.mark.parametrize("victim", ["tests.cluster.supervise", "tests.cluster.node", "kube apiserver"])
def test_a_killed_part_takes_the_cluster_with_it(elsewhere: Elsewhere, victim: str) -> None:
    before = elsewhere.state()
    elsewhere.cluster("up")
    _run_a_pod(elsewhere)
    _kill(next(pid for pid, line in elsewhere.processes().items() if victim in line))
    _eventually(lambda: elsewhere.processes() == {})
    elsewhere.cluster("down")  # as the next `up` would; removes what only the killed supervisor would have removed
    assert _settled(elsewhere, before) == before


def test_the_cluster_ends_with_a_killed_test_run(elsewhere: Elsewhere) -> None:
    before = elsewhere.state()
    command = elsewhere.command(sys.executable, "-B", "-c", IN_A_TEST_RUN)
    with subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as run:
        assert run.stdout
        assert run.stdout.readline() == "running\n"
        _run_a_pod(elsewhere)
        with pytest.raises(AssertionError, match="held by process"):
            elsewhere.cluster("up")
        run.kill()
    assert _settled(elsewhere, before) == before


def _run_a_pod(elsewhere: Elsewhere) -> None:
    kubectl = (str(binaries() / "kube"), "kubectl", f"--kubeconfig=/var/lib/{elsewhere.name}/kubeconfig")
    elsewhere.run(*kubectl, "apply", "-f", "-", stdin=json.dumps(POD))
    elsewhere.run(*kubectl, "wait", "pod/pod", "--for=condition=Ready", "--timeout=30s")


def _command_line(pid: int) -> str:
    """Empty for a process that ends just now."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _kill(pid: int) -> None:
    subprocess.run(as_root("kill", f"-{signal.SIGKILL.value}", str(pid)), check=True)


def _names(folder: str) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir()) if Path(folder).exists() else []


def _settled(elsewhere: Elsewhere, wanted: dict[str, object]) -> dict[str, object]:
    """The state, after the few moments that the kernel takes to end a network namespace."""
    _eventually(lambda: elsewhere.state() == wanted)
    return elsewhere.state()


def _eventually(condition: Callable[[], bool], seconds: float = 8) -> None:
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.1)
