"""The caller's side, as any user: build, start the supervisor (through sudo, if need be), hand out, end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.cluster import leftovers
from tests.cluster.binary import binaries
from tests.cluster.cluster import Cluster, attach
from tests.cluster.layout import NAME, RUNNING
from tests.cluster.lock import HeldError, holder

PROJECT = Path(__file__).parents[2]
# Which Debian package has each program that the cluster needs.
NEEDED = {"containerd": "containerd", "runc": "runc", "iptables": "iptables", "ip": "iproute2", "openssl": "openssl"}
NEEDED |= {"docker-registry": "docker-registry", "unshare": "util-linux", "mount": "mount"}
SHARED = "SLIMDEPLOY_TEST_CLUSTER_IS_SHARED"
"""Set where another process of the same test run has the cluster."""
SECONDS_TO_END = 120
SECONDS_TO_WAIT = 300  # a whole test run of somebody else
Supervisor = subprocess.Popen[str]


class StartError(Exception):
    """No cluster, and why; the text is for the person who ran the tests."""


def running_by_hand() -> Cluster | None:
    """The cluster of `python -m tests.cluster up`, if there is one."""
    return attach() if holder() is not None and _running().get("stay") else None


@contextmanager
def cluster_for_tests(registry: str) -> Iterator[Cluster]:
    """The one that runs already, or one that ends with this block, and with this process, however that ends."""
    _wait_for_turn()
    if by_hand := running_by_hand():
        yield replace(by_hand, registry=registry)
        return
    process = _start(stdin=subprocess.PIPE)
    try:
        yield replace(attach(), registry=registry)
    finally:
        said = process.communicate(timeout=SECONDS_TO_END)[0]  # closes stdin: the supervisor ends then
    if process.returncode:
        raise StartError(f"the cluster ended before the tests did: {json.loads(said or '{}').get('error', 'killed')}")


def up() -> Cluster:
    """The one that runs already, or a new one that stays."""
    if not running_by_hand():
        process = _start("--stay", stdin=subprocess.DEVNULL)
        process.returncode = 0  # it stays, and is not ours to wait for
    return attach()


def down() -> str:
    """End the cluster that was started by hand, or clean up after one that was killed. Says what was done."""
    pid = holder()
    if pid is None:
        return _clean_up()
    if not pid or not _running().get("stay"):
        raise HeldError(pid)
    subprocess.run(as_root("kill", f"-{signal.SIGTERM.value}", str(pid)), check=True)
    deadline = time.monotonic() + SECONDS_TO_END
    while holder() == pid:
        if time.monotonic() > deadline:
            raise StartError(f"process {pid} has not ended within {SECONDS_TO_END} s")
        time.sleep(0.05)
    return f"ended the cluster of process {pid}"


def as_root(*command: str) -> list[str]:
    if os.geteuid() == 0:
        return list(command)
    if not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode:
        raise StartError(
            "the test cluster needs root: run the tests as root, or as a user who has sudo without password"
        )
    return ["sudo", "-n", "env", f"SLIMDEPLOY_TEST_CLUSTER={NAME}", *command]  # sudo keeps no variables


def _wait_for_turn() -> None:
    """Another test run has the cluster, or one is being started by hand."""
    deadline = time.monotonic() + SECONDS_TO_WAIT
    while (pid := holder()) is not None and not running_by_hand():
        if time.monotonic() > deadline:
            raise HeldError(pid)
        time.sleep(0.2)


def _clean_up() -> str:
    if not leftovers.exist():
        return "no cluster is running, nothing is left of one"
    subprocess.run(as_root(sys.executable, "-B", "-m", "tests.cluster.leftovers"), cwd=PROJECT, check=True)
    return "no cluster is running; removed what a killed one had left"


def _start(*options: str, stdin: int) -> Supervisor:
    _check_programs()
    command = as_root(sys.executable, "-B", "-m", "tests.cluster.supervise", "--binaries", str(binaries()), *options)
    pipe = subprocess.PIPE
    process = Supervisor(command, cwd=PROJECT, stdin=stdin, stdout=pipe, stderr=pipe, text=True, start_new_session=True)
    assert process.stdout
    answer = json.loads(process.stdout.readline() or "{}")
    if "pid" not in answer:
        said = process.communicate()[1]
        raise StartError(answer.get("error") or said)
    return process


def _check_programs() -> None:
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"  # sudo has them on its path, an ordinary user on Debian has not
    missing = sorted({package for program, package in NEEDED.items() if not shutil.which(program, path=path)})
    if missing:
        raise StartError(f"the test cluster needs programs that are missing: apt-get install {' '.join(missing)}")


def _running() -> dict[str, Any]:
    return dict(json.loads(RUNNING.read_text())) if RUNNING.exists() else {}
