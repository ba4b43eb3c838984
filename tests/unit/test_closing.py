"""The last line of `up`: by name what fits there, otherwise counts."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Action, Change, Changes, ObjectRef, Release
from slimdeploy.cli.up import closing


def release(*actions: Action, resumed: tuple[str, ...] = ()) -> Release:
    items = (Change(ObjectRef("Service", f"s{n}", "team"), action, (), {}) for n, action in enumerate(actions))
    return Release("prod", Changes(tuple(items)), "image", 1, number=4, resumed=resumed)


def test_three_objects_are_named() -> None:
    said = closing(release(Action.CREATED, Action.CHANGED, Action.UNCHANGED, Action.PRUNED), 1.5)
    assert said == "up on prod (release 4) in 1.50 s: service/s0 created, service/s1 changed, service/s3 pruned"


def test_more_are_counted() -> None:
    said = closing(release(*[Action.CREATED] * 3, Action.CHANGED), 1.5)
    assert said == "up on prod (release 4) in 1.50 s: 4 objects, 3 created, 1 changed"


def test_what_a_former_run_had_begun_is_named() -> None:
    said = closing(release(Action.UNCHANGED, resumed=("deployment/hello changed",)), 1.5)
    assert said.endswith("s: finished what a former run had begun: deployment/hello changed")
