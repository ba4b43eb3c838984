"""What `status` prints, and the small pure parts that it is made of."""

from datetime import UTC, datetime, timedelta

import pytest

from slimdeploy.artifacts.status import Drift, DriftedField, DriftedObject, Process, Run, Schedule, Status
from slimdeploy.deploy.comparing.fieldsets import differing, has
from slimdeploy.deploy.podman.printing import fixed, parsed
from slimdeploy.ui.standing import table

DIGEST = "r.example.com/hello@sha256:" + "a" * 64
TREE = {"f:spec": {"f:a": {}, 'k:{"name":"x"}': {".": {}, "f:value": {}}, "f:atomic": {}}}


def status(**given):
    return Status("hello", "prod/web", DIGEST, 0, (), **given)


def test_what_is_not_there():
    assert table(Status("hello", "prod/web", "", 0, ())) == "hello is not deployed on prod/web"


def test_a_clock():
    coming = (datetime.now(UTC) + timedelta(hours=2, minutes=30, seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    lines = table(status(kind="cron", schedule=Schedule("0 3 * * *", "", False, coming, "", ""))).splitlines()
    assert lines[0] == 'hello on prod/web: "0 3 * * *", next in 2h30m'
    suspended = table(status(kind="cron", schedule=Schedule("0 3 * * *", "", True, "", "", "")))
    assert suspended.startswith('hello on prod/web: "0 3 * * *", suspended\n')


def test_runs_of_a_job():
    times = ("2026-11-25T13:00:00Z", "2026-11-25T13:01:05Z")
    shown = table(
        status(kind="job", runs=(Run("hello-1", "failed", "exit code 4", *times), Run("m", "running", active=1)))
    )
    assert shown.splitlines()[0] == "hello on prod/web: job, failed"
    assert "took 1m5s  exit code 4" in shown
    assert "1 pod" in shown


def test_of_many_fields_some_are_shown():
    fields = tuple(DriftedField(f"spec.template.spec.a{number}", 1, 2, "kubectl-edit") for number in range(13))
    objects = (
        DriftedObject("deployment/hello", "changed", fields),
        DriftedObject("service/hello", "unchecked", (), "no"),
    )
    shown = table(status(drift=Drift(3, objects), processes=(Process("hello", 1, 1),)))
    assert "deployment/hello  a0" in shown
    assert "and 3 more (-o json)" in shown
    assert "a10" not in shown
    assert "service/hello     unchecked" in shown
    assert "what was added" not in shown


def test_a_digest_that_was_not_delivered_is_said():
    assert "another image was delivered: other\n" in table(status(delivered="other", drift=Drift(1)))
    assert "another image" not in table(status(delivered=DIGEST, drift=Drift(1)))


@pytest.mark.parametrize(
    ("one", "other", "found"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": 1}, {"a": 2}, [("f:spec", "f:a")]),
        ({"atomic": [1, 2]}, {"atomic": [2]}, [("f:spec", "f:atomic")]),
    ],
)
def test_only_what_is_in_the_set_can_differ(one, other, found):
    assert list(differing(TREE, {"spec": one}, {"spec": other})) == found


def test_what_only_one_has_is_named_as_a_whole():
    fields = {"f:list": {'k:{"name":"x"}': {".": {}, "f:name": {}, "f:value": {}}}}
    there, gone = {"list": [{"name": "x", "value": 1}]}, {"list": [{"name": "y"}]}
    assert list(differing(fields, there, gone)) == [("f:list", 'k:{"name":"x"}')]


def test_a_field_belongs_to_what_owns_all_of_it():
    assert has(("f:spec", "f:atomic", "f:inner"), TREE)
    assert has(("f:spec", "f:a"), TREE)
    assert not has(("f:spec", "f:b"), TREE)
    assert not has(("f:spec",), {})


@pytest.mark.parametrize(
    ("stamp", "wanted"),
    [
        ("2026-11-25T13:20:01.5Z", "2026-11-25T13:20:01.500000000Z"),
        ("2026-11-25T13:20:01.868832643+01:00", "2026-11-25T12:20:01.868832643Z"),
        ("2026-11-25T13:20:01-02:00", "2026-11-25T15:20:01.000000000Z"),
        ("listening", ""),
    ],
)
def test_podmans_times_can_be_sorted(stamp, wanted):
    assert fixed(stamp) == wanted
    assert parsed("a", f"{stamp} now").text == ("now" if wanted else f"{stamp} now")
