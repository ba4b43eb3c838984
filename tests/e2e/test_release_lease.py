"""Two runs on one app in one cluster: one works, the other says who, and a dead one stands in nobody's way."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.deploy.releasing.holder import Holder
from slimdeploy.deploy.releasing.lease import CLOCK_STEP, Held, held
from slimdeploy.errors import Locked
from slimdeploy.tools.kube import Kube
from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.e2e.releases import App, app_of
from tests.waiting import PATIENCE


def kube(cluster: Cluster, namespace: str) -> Kube:
    return Kube(ClusterTarget(cluster.context, namespace, str(cluster.kubeconfig)))


def test_the_loser_writes_nothing_and_says_who_works(project: Project, cluster: Cluster, namespace: str) -> None:
    app = app_of(project, cluster, namespace)
    with held("hello", kube(cluster, namespace), 0.0):
        log = cluster.audit.mark()
        result = app.project.slimdeploy("up")
        assert result.code == 75, result
        assert f"another slimdeploy works on hello in {namespace}: " in result.stderr
        assert f"pid {os.getpid()}, since 20" in result.stderr
        assert log.mutating("slimdeploy", namespace) == []
        waiting = app.project.start("up", "--lock-wait", "60s")
        time.sleep(3)
        assert waiting.poll() is None
    _, stderr = waiting.communicate(timeout=2 * PATIENCE)
    assert waiting.returncode == 0, stderr
    assert app.leases() == []
    with held("hello", kube(cluster, namespace), 0.0):
        for verb in (("rollback", "1"), ("down",)):
            assert "nothing changed" in (done := app.project.slimdeploy(*verb)).stderr or done.code == 75
        assert app.project.slimdeploy("up").code == 0, "an unchanged one needs no Lease"
        assert app.project.slimdeploy("down").code == 75
        restart_waits_as_well(app)


def restart_waits_as_well(app: App) -> None:
    log, records = app.cluster.audit.mark(), app.outcomes()
    refused = app.project.slimdeploy("restart")
    assert refused.code == 75, refused
    assert f"pid {os.getpid()}, since 20" in refused.stderr
    assert app.project.slimdeploy("restart", "--lock-wait", "1s").code == 75
    assert log.mutating("slimdeploy", app.namespace) == []
    assert app.outcomes() == records


CHILD = """
import sys, time
from slimdeploy.artifacts.deploy_plan import ClusterTarget
from slimdeploy.deploy.releasing.lease import held
from slimdeploy.errors import Locked
from slimdeploy.tools.kube import Kube

context, namespace, kubeconfig = sys.argv[1:]
try:
    with held("hello", Kube(ClusterTarget(context, namespace, kubeconfig)), 0.0, seconds=8) as lease:
        print("held", flush=True)
        sys.stdin.readline()
        lease.check()
        print("still held", flush=True)
except Locked as lost:
    print(lost.what, flush=True)
"""


def holder(cluster: Cluster, namespace: str) -> subprocess.Popen[str]:
    arguments = (cluster.context, namespace, str(cluster.kubeconfig))
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert child.stdout
    assert child.stdout.readline() == "held\n"
    return child


def test_it_is_renewed_for_as_long_as_its_holder_lives(cluster: Cluster, namespace: str) -> None:
    child = holder(cluster, namespace)
    with pytest.raises(Locked), held("hello", kube(cluster, namespace), 14.0):
        pytest.fail("two held it at once")
    assert child.communicate("\n", timeout=PATIENCE)[0] == "still held\n"


def test_a_paused_holder_loses_it_and_notices_before_it_writes(cluster: Cluster, namespace: str) -> None:
    child = holder(cluster, namespace)
    child.send_signal(signal.SIGSTOP)
    with held("hello", kube(cluster, namespace), 60.0):
        child.send_signal(signal.SIGCONT)
        said = child.communicate("\n", timeout=PATIENCE)[0]
        assert "lost while this run was paused: stopped. Now " in said
        assert f"pid {os.getpid()}" in said
    assert kube(cluster, namespace).get(Held("hello", kube(cluster, namespace)).ref) is None


def test_a_killed_holder_of_this_machine_is_known_to_be_dead_at_once(cluster: Cluster, namespace: str) -> None:
    child = holder(cluster, namespace)
    child.kill()
    child.communicate()
    with held("hello", kube(cluster, namespace), 0.0) as mine:
        live = kube(cluster, namespace).get(mine.ref)
        assert live
        assert live["spec"]["leaseTransitions"] == 1


THERE = replace(Holder.myself(), who="anna@elsewhere", pid=7, machine="another machine")
EARLY, LATE = "2001-01-01T00:00:00.000000Z", "2099-01-01T00:00:00.000000Z"


def write_theirs(there: Kube, seconds: int, time_there: str) -> None:
    """The Lease of a run on another machine, which says `time_there`."""
    theirs = Held("hello", there, seconds)
    theirs.me = THERE
    manifest = theirs.manifest(None)
    manifest["spec"] |= {"acquireTime": time_there, "renewTime": time_there}
    assert there.create(manifest)


def test_another_machines_clock_counts_for_nothing(project: Project, cluster: Cluster, namespace: str) -> None:
    app, there = app_of(project, cluster, namespace), kube(cluster, namespace)
    write_theirs(there, 600, EARLY)
    log = cluster.audit.mark()
    refused = app.project.slimdeploy("up")
    assert refused.code == 75, f"it was renewed just now, whatever it says: {refused}"
    assert "another slimdeploy works on hello in " in refused.stderr
    assert "anna@elsewhere pid 7, since 2001-01-01" in refused.stderr
    assert log.mutating("slimdeploy", namespace) == []


def test_another_machines_run_that_died_is_taken_over_and_that_is_said(
    project: Project, cluster: Cluster, namespace: str
) -> None:
    app, there = app_of(project, cluster, namespace), kube(cluster, namespace)
    write_theirs(there, 2, LATE)
    time.sleep(2 + CLOCK_STEP)
    said = app.project.up().stderr
    taken = "lease/slimdeploy-hello is taken over from anna@elsewhere pid 7, since 2099-01-01 00:00:00Z: "
    assert f"{taken}it was not renewed for " in said
    assert app.leases() == []
    assert "taken over" not in app.write("two").project.up().stderr


def test_somebody_deletes_it(cluster: Cluster, namespace: str) -> None:
    with held("hello", kube(cluster, namespace), 0.0) as mine:
        cluster.kubectl("delete", "lease", mine.ref.name, "-n", namespace)
        with pytest.raises(Locked, match="was deleted by somebody"):
            mine.check()


READY_LATER = """[[patch]]
kind = "Deployment"
ops = [{ op = "add", path = "/spec/minReadySeconds", value = 8 }]
"""


def stop_in_the_wait(app: App, number: signal.Signals) -> tuple[int, str]:
    process = app.project.start("up")
    while process.poll() is None and not app.outcomes().get(1):
        time.sleep(0.05)
    process.send_signal(number)
    _, stderr = process.communicate(timeout=PATIENCE)
    return process.returncode, stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_gives_the_lease_back_and_up_goes_on_from_there(
    project: Project, cluster: Cluster, namespace: str, number: signal.Signals
) -> None:
    app = app_of(project, cluster, namespace)
    app.write("one", served=True, more=READY_LATER)
    code, said = stop_in_the_wait(app, number)
    assert code == (130 if number is signal.SIGINT else 143)
    assert "release 1 goes on in the cluster: `slimdeploy up` takes it from here" in said
    assert app.leases() == []
    assert app.outcomes() == {1: "applying"}
    app.project.up()
    assert app.outcomes() == {1: "deployed"}
