"""`kill -9` of a release, at random moments and after each of its writes: the next `up` ends well, and all is true.

SLIMDEPLOY_TEST_KILLS sets how many random moments there are.
"""

from __future__ import annotations

import os
import random
import time
from pathlib import Path

from slimdeploy.deploy.releasing.lease import why_free
from tests.cluster.cluster import Cluster
from tests.e2e.conftest import Project
from tests.e2e.releases import App, app_of, held_in_its_rollback, kill, kill_at_write

KILLS = int(os.environ.get("SLIMDEPLOY_TEST_KILLS", "6"))
ALWAYS = {"deployment/hello", "serviceaccount/hello"}


def check(app: App, value: str, *, served: bool) -> None:
    """Nothing is missing, orphaned or held, and the history says what happened.

    The Lease of a run that died after all else was done may be there: its holder is dead, so the next one takes it.
    """
    assert app.objects() == ALWAYS | ({"service/hello"} if served else set())
    assert app.value() == value
    assert all(why_free(each, "", 0.0) for each in app.leases())
    outcomes = app.outcomes()
    assert next(iter(outcomes.values())) == "deployed"
    assert set(outcomes.values()) <= {"deployed", "interrupted"}, "no dead run is still said to be applying"
    assert len(outcomes) <= 11


def test_at_random_moments(project: Project, cluster: Cluster, namespace: str) -> None:
    app = app_of(project, cluster, namespace)
    app.project.up()
    app.write("two")
    started = time.monotonic()
    app.project.up()
    usual = time.monotonic() - started
    moments = random.Random(20261125)
    for number in range(KILLS):
        served = number % 3 == 1
        app.write(f"random-{number}", served=served)
        process = app.project.start("up", start_new_session=True)
        time.sleep(moments.uniform(0.1, usual))
        kill(process)
        if number % 4 == 3:  # another intent comes after a killed one
            app.write(f"other-{number}", served=served)
        app.project.up("--timeout", "2m")
        check(app, f"{'other' if number % 4 == 3 else 'random'}-{number}", served=served)


def test_after_each_write(project: Project, cluster: Cluster, namespace: str) -> None:
    app = app_of(project, cluster, namespace)
    app.project.up()
    number, lived = 0, True
    while lived:
        number += 1
        app.write("served", served=True)
        app.project.up("-q")
        app.write(f"written-{number}")  # its Service goes: lease, record, deployment, outcome, deletion, lease
        lived = kill_at_write(app, number, "up")
        log = cluster.audit.mark()
        app.project.up("--timeout", "2m")
        check(app, f"written-{number}", served=False)
        if not lived:
            assert log.mutating("slimdeploy", namespace) == [], "there was nothing left to do"
    assert number >= 7, "six writes were seen, each in its turn"


def test_a_rollback_that_was_killed_is_finished(
    project: Project, cluster: Cluster, namespace: str, tmp_path: Path
) -> None:
    app = app_of(project, cluster, namespace)
    app.write("one", served=True).project.up()
    app.write("crash", served=True)
    with held_in_its_rollback(app, tmp_path) as process:
        kill(process)
    assert app.outcomes() == {2: "rolling-back", 1: "deployed"}
    result = app.project.slimdeploy("redeploy")
    assert result.code == 86, result
    assert app.value() == "one"
    assert app.outcomes() == {2: "rolled-back", 1: "deployed"}
    assert app.leases() == []
    app.write("two", served=True).project.up()
    assert app.outcomes() == {3: "deployed", 2: "rolled-back", 1: "deployed"}
