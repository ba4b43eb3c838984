"""What a check makes of what it sees."""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from slimdeploy.doctor.finding import Finding, State, caution, failure, fine, verdict
from slimdeploy.doctor.machine import has_range
from slimdeploy.doctor.places import age, clock
from slimdeploy.doctor.programs import PROGRAMS, judge
from slimdeploy.errors import NotAllowed, Unreachable
from slimdeploy.plan.workload import workload_plan
from tests.unit.samples import config


@pytest.mark.parametrize(
    ("name", "said", "state", "found"),
    [
        ("go", "go1.26.8\n", State.OK, "1.26.8"),
        ("go", "go1.21rc2 X:nocoverageredesign\n", State.OK, "1.21"),
        ("go", "go1.9.7\n", State.FAIL, "1.9.7 is too old; 1.21 is the oldest that will do"),
        ("buildah", "buildah version 1.28.2 (image-spec 1.0.2-dev, runtime-spec 1.0.2-dev)\n", State.OK, "1.28.2"),
        ("buildah", "buildah version 1.19.6 (image-spec 1.0.1-dev)\n", State.FAIL, "1.19.6 is too old; "),
        ("skopeo", "skopeo version 1.9.3\n", State.OK, "1.9.3"),
        ("git", "git version 2.39.5\n", State.OK, "2.39.5"),
        ("ctr", "ctr github.com/containerd/containerd 1.6.20~ds1\n", State.OK, "1.6.20"),
        ("podman", "podman version devel\n", State.WARN, "a version that is not known: podman version devel"),
    ],
)
def test_versions(name: str, said: str, state: State, found: str) -> None:
    judged = judge(PROGRAMS[name], said, "it is needed")
    assert (judged.state, judged.code) == (state, 72 if state is State.FAIL else 0)
    assert judged.found.startswith(found)


def test_what_is_not_needed_cannot_fail() -> None:
    assert judge(PROGRAMS["podman"], "podman version 3.0.1", "").state is State.WARN


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("alice:100000:65536\n", True),
        ("1000:100000:65536\n", True),
        ("bob:100000:65536\nalice:1:0\n", False),
        ("# alice\n\nalice\n", False),
        ("", False),
    ],
)
def test_ranges_of_ids(text: str, there: bool) -> None:
    assert has_range(text, "alice", 1000) is there


def test_a_server_that_is_too_old_for_a_field() -> None:
    plan = workload_plan(config(), "hello")
    assert list(age(plan, "v1.37.2")) == []
    (found,) = age(plan, "v1.29.4-gke.1")
    assert (found.state, found.check) == ("warn", "version")
    assert "lifecycle of deployment/hello needs Kubernetes 1.30" in found.found


def test_clocks() -> None:
    now = time.time()
    assert list(clock(formatdate(now, usegmt=True), now)) == []
    assert list(clock("", now)) == list(clock("yesterday", now)) == []
    (ahead,) = clock(formatdate(now - 100, usegmt=True), now)
    (behind,) = clock(formatdate(now + 100, usegmt=True), now)
    assert "s ahead of the cluster's" in ahead.found
    assert "s behind the cluster's" in behind.found
    assert ahead.state is State.WARN


def test_the_first_failure_decides() -> None:
    denied, gone = failure("registry", NotAllowed("no")), failure("cluster", Unreachable("gone"))
    assert verdict([fine("go", "1.26"), caution("disk", "little"), denied, gone]) == 77
    assert verdict([fine("go", "1.26"), caution("disk", "little")]) == 0


def test_a_failure_keeps_its_cause_and_its_next_step() -> None:
    found = failure("registry", Unreachable("no answer", details=("pinging x: refused",), hint="start it"))
    assert found == Finding("registry", State.FAIL, "no answer\npinging x: refused", "start it", 69)
