"""What the history stores: whole, without secrets, and any damage shows."""

from __future__ import annotations

import base64
import gzip
import json
import random
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slimdeploy.artifacts.deploy import Manifest, Manifests
from slimdeploy.artifacts.release import Facts, Outcome, Record
from slimdeploy.deploy.releasing import record as stored
from slimdeploy.deploy.releasing.history import KEPT, kept, last_good
from slimdeploy.deploy.releasing.record import CHECKSUM, FACTS, HASHED, NOTE, OUTCOME, SECONDS
from slimdeploy.deploy.releasing.returning import before_present
from slimdeploy.errors import IntegrityError, PolicyRefused, UsageError

FACTS_OF_ONE = Facts(
    when="2026-11-25T09:00:00Z",
    who="anna@laptop",
    revision="v1.2-3-gabcdef0-dirty",
    image="registry.example.com/team/hello@sha256:" + "a" * 64,
    reason="up",
    changed=("deployment/hello created",),
    kinds=("Deployment",),
    hashed=("secret/hello-env-0123456789",),
    intent="1" * 64,
)
ONE = Record(1, FACTS_OF_ONE, Outcome.APPLYING)


def thing(kind: str, name: str, labels: dict[str, str] | None = None, **more: Any) -> Manifest:
    return {"kind": kind, "metadata": {"name": name, "namespace": "team", "labels": labels or {}}, **more}


OBJECTS = Manifests(
    (
        thing("Secret", "hello-env-0123456789", {HASHED: "0123456789"}, data={"DB_URL": "aHVudGVyMg=="}),
        thing("Secret", "hello-plain", stringData={"TOKEN": "hunter2"}),
        thing("ConfigMap", "hello-config-0123456789", {HASHED: "0123456789"}, data={"config.yaml": "large: file"}),
        thing("ConfigMap", "hello-settings", data={"a": "b"}),
        thing("Deployment", "hello", spec={"replicas": 2}),
    )
)


def written(manifests: Manifests = OBJECTS, record: Record = ONE) -> dict[str, Any]:
    return json.loads(json.dumps(stored.render("hello", "team", record, manifests)))  # type: ignore[no-any-return]


def test_what_is_written_is_read_again() -> None:
    found = stored.content(written())
    assert [each["kind"] for each in found.objects] == [each["kind"] for each in OBJECTS.objects]
    assert found.objects[3:] == OBJECTS.objects[3:]
    record = stored.parse(written())
    assert record == ONE


def test_no_secret_and_no_hashed_content_is_stored() -> None:
    plain = gzip.decompress(base64.b64decode(written()["binaryData"]["release"])).decode()
    assert "aHVudGVyMg" not in plain
    assert "hunter2" not in plain
    assert "large: file" not in plain
    assert "hello-env-0123456789" in plain, "its name is"


def test_the_same_intent_is_the_same_value_before_and_after_storing() -> None:
    assert stored.identity(stored.content(written())) == stored.identity(OBJECTS)
    other = Manifests((*OBJECTS.objects[:-1], thing("Deployment", "hello", spec={"replicas": 3})))
    assert stored.identity(other) != stored.identity(OBJECTS)


def test_a_record_cannot_be_changed_in_place() -> None:
    assert written()["immutable"] is True


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_any_flipped_byte_is_damage(place: int, flip: int) -> None:
    document = written()
    packed = bytearray(base64.b64decode(document["binaryData"]["release"]))
    header = {4, 5, 6, 7, 8, 9}  # of gzip: time, level and system, which say nothing about the content
    place %= len(packed)
    packed[place] ^= flip
    document["binaryData"]["release"] = base64.b64encode(packed).decode()
    if place in header:
        return
    with pytest.raises(IntegrityError, match=r"slimdeploy-hello\.v1 is damaged"):
        stored.content(document)


@pytest.mark.parametrize("key", [FACTS, CHECKSUM])
def test_what_is_said_of_it_cannot_be_changed_either(key: str) -> None:
    document = written()
    document["metadata"]["annotations"][key] = document["metadata"]["annotations"][key].replace("a", "b")
    with pytest.raises(IntegrityError):
        stored.content(document)


@pytest.mark.parametrize("broken", [{}, {"binaryData": None}, {"binaryData": {"release": "?"}}, {"binaryData": {}}])
def test_nothing_in_it_is_damage(broken: dict[str, Any]) -> None:
    document = written()
    del document["binaryData"]
    with pytest.raises(IntegrityError):
        stored.content(document | broken)


@pytest.mark.parametrize("said", [None, {}, {FACTS: "[]"}, {FACTS: "{}", OUTCOME: "deployed"}, {FACTS: '{"x": 1}'}])
def test_an_annotation_that_is_not_ours_makes_it_damaged_but_its_number_stays_taken(said: Any) -> None:
    document = written()
    document["metadata"]["annotations"] = said
    record = stored.parse(document)
    assert record is not None
    assert (record.number, record.outcome) == (1, Outcome.DAMAGED)


def test_an_outcome_is_read() -> None:
    document = written()
    document["metadata"]["annotations"] |= {OUTCOME: "rolled-back", SECONDS: "3.2", NOTE: "it crashes"}
    record = stored.parse(document)
    assert record == replace(ONE, outcome=Outcome.ROLLED_BACK, seconds=3.2, note="it crashes")


def test_a_name_that_is_no_number_is_no_record() -> None:
    document = written()
    document["metadata"]["name"] = "slimdeploy-hello.vx"
    assert stored.parse(document) is None


def test_too_large_is_said_before_anything_is_written() -> None:
    noise = random.Random(1).randbytes(1_100_000).hex()
    large = Manifests((thing("Deployment", "hello", spec={"env": noise}),))
    with pytest.raises(PolicyRefused, match=r"take 1\.\d MB"):
        stored.render("hello", "team", ONE, large)


def of(number: int, outcome: Outcome, intent: str = "") -> Record:
    return Record(number, replace(FACTS_OF_ONE, intent=intent or str(number)), outcome)


def test_the_present_one_is_the_last_that_was_not_taken_back() -> None:
    good, back, failed = Outcome.DEPLOYED, Outcome.ROLLED_BACK, Outcome.FAILED
    assert before_present("hello", (of(3, good), of(2, good), of(1, good))).number == 2
    assert before_present("hello", (of(4, back), of(3, good), of(2, good))).number == 2
    assert before_present("hello", (of(4, failed), of(3, good), of(2, good))).number == 3
    assert before_present("hello", (of(4, good, "2"), of(3, good), of(2, good, "2"))).number == 3
    assert before_present("hello", (of(4, good, "x"), of(3, good, "x"), of(2, back), of(1, good))).number == 1


@pytest.mark.parametrize("records", [(), (of(1, Outcome.DEPLOYED),), (of(2, Outcome.DEPLOYED), of(1, Outcome.FAILED))])
def test_nothing_to_go_back_to(records: tuple[Record, ...]) -> None:
    with pytest.raises(UsageError, match="knows no release of hello"):
        before_present("hello", records)


def test_only_what_served_is_good() -> None:
    records = tuple(of(number, outcome) for number, outcome in enumerate(Outcome, 1))
    assert [each.outcome for each in last_good(records, before=99)] == [Outcome.DEPLOYED]


def test_the_last_ten_are_kept_and_the_last_good_one() -> None:
    bad = tuple(of(number, Outcome.ROLLED_BACK) for number in range(30, 2, -1))
    records = (*bad, of(2, Outcome.DEPLOYED), of(1, Outcome.DEPLOYED))
    assert [each.number for each in kept(records)] == [*range(30, 20, -1), 2]
    good = tuple(of(number, Outcome.DEPLOYED) for number in range(12, 0, -1))
    assert [each.number for each in kept(good)] == list(range(12, 2, -1))
    assert kept(good[:KEPT]) == good[:KEPT]
