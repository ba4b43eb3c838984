"""When a Lease is free: its holder died here, the API server's clock says so, or it did not change while we looked."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from slimdeploy.deploy.releasing.holder import HOLDER, Holder
from slimdeploy.deploy.releasing.lease import described, why_free

STORED, ACQUIRED = "2026-11-25T09:00:00Z", "2026-11-25T08:00:00.5Z"


def lease(holder: Holder | None = None, stored: str = STORED, **spec: Any) -> dict[str, Any]:
    annotations = {HOLDER: holder.to_json()} if holder else {}
    wanted = {
        "holderIdentity": "anna@laptop pid 7",
        "leaseDurationSeconds": 60,
        "acquireTime": "2026-11-25T08:00:00.5Z",
    }
    return {
        "metadata": {"annotations": annotations, "managedFields": [{"manager": "slimdeploy", "time": stored}]},
        "spec": wanted | spec,
    }


def elsewhere() -> Holder:
    return replace(Holder.myself(), machine="another boot of another kernel", pid=1)


@pytest.mark.parametrize(
    ("date", "free"),
    [
        ("Wed, 25 Nov 2026 09:00:30 GMT", False),
        ("Wed, 25 Nov 2026 09:01:01 GMT", False),
        ("Wed, 25 Nov 2026 09:01:02 GMT", True),
        ("Wed, 25 Nov 2026 08:00:00 GMT", False),
        ("", False),
    ],
)
def test_the_servers_clock_tells_when_a_lease_is_over(date: str, free: bool) -> None:
    assert bool(why_free(lease(elsewhere()), date, 0.0)) is free


def test_what_does_not_change_for_its_duration_is_over_without_any_clock() -> None:
    assert not why_free(lease(elsewhere()), "", 59.9)
    assert why_free(lease(elsewhere()), "", 60.0)
    assert why_free(lease(elsewhere(), leaseDurationSeconds=5), "", 5.0)


def test_a_holder_that_let_go_is_none() -> None:
    assert why_free(lease(elsewhere(), holderIdentity=""), "", 0.0)


def test_a_living_process_of_this_machine_holds_it_and_a_dead_one_does_not() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = Path(f"/proc/{child.pid}/stat").read_text().rpartition(")")[2].split()[19]
    holder = replace(Holder.myself(), pid=child.pid, started=started)
    assert not why_free(lease(holder), "", 0.0)
    child.kill()
    child.communicate()
    assert why_free(lease(holder), "", 0.0)


def test_a_process_number_that_was_given_again_is_somebody_else() -> None:
    assert replace(Holder.myself(), started="1").is_gone()
    assert not Holder.myself().is_gone()


def test_another_machines_process_is_never_known_to_be_dead() -> None:
    assert not elsewhere().is_gone()
    assert not replace(Holder.myself(), machine="", started="1").is_gone()


@pytest.mark.parametrize("annotation", ["", "{}", "[1]", '{"who": 1}', "not json"])
def test_a_lease_of_somebody_else_has_no_holder_that_we_know(annotation: str) -> None:
    foreign = lease()
    foreign["metadata"]["annotations"] = {HOLDER: annotation} if annotation else None
    assert Holder.of(foreign) is None
    assert not why_free(foreign, "", 0.0)


def test_it_says_who_and_since_when() -> None:
    assert described(lease()) == "anna@laptop pid 7, since 2026-11-25 08:00:00Z"
    assert str(os.getpid()) in str(Holder.myself())


def test_a_holder_survives_the_way_through_json() -> None:
    me = Holder.myself()
    assert Holder.of(lease(me)) == me
    assert Holder.myself() != me, "two runs are never the same, even with one process number"
