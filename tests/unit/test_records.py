"""Records are what frozen dataclasses are."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, asdict, dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slimdeploy.records import frozen


@frozen
class Point:
    """Ours."""

    x: int
    y: int = 2
    more: tuple[int, ...] = field(default=(), repr=False)
    names: list[str] = field(default_factory=list)

    @cached_property
    def total(self) -> int:
        """A value that is kept beside the fields."""
        return self.x + self.y


@dataclass(frozen=True)
class Reference:
    """Python's."""

    x: int
    y: int = 2
    more: tuple[int, ...] = field(default=(), repr=False)
    names: list[str] = field(default_factory=list)


@frozen
class Named(Point):
    """One more field."""

    name: str = ""

    def __str__(self) -> str:
        return self.name


ARGUMENTS = st.tuples(
    st.lists(st.integers(0, 3), max_size=5),
    st.dictionaries(st.sampled_from(["x", "y", "more", "z"]), st.integers(0, 3), max_size=3),
)


def made(kind: Any, arguments: tuple[list[int], dict[str, int]]) -> Any:
    try:
        return kind(*arguments[0], **arguments[1])
    except TypeError:
        return None


@given(ARGUMENTS, ARGUMENTS)
def test_as_a_frozen_dataclass(one: tuple[list[int], dict[str, int]], other: tuple[list[int], dict[str, int]]) -> None:
    ours, theirs = ([made(kind, each) for each in (one, other)] for kind in (Point, Reference))
    assert [each and asdict(each) for each in ours] == [each and asdict(each) for each in theirs]
    assert [repr(each).replace("Point", "Reference") for each in ours] == [repr(each) for each in theirs]
    assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])


def test_it_does_not_change() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2  # type: ignore[misc]
    with pytest.raises(FrozenInstanceError):
        del point.x
    assert point.total == 3
    assert point == Point(1), "what is kept beside the fields does not count"


def test_lists_are_not_shared() -> None:
    assert Point(1).names is not Point(1).names


def test_it_is_a_key_and_a_pattern() -> None:
    one = Named(1, 2, (), (), "a")  # type: ignore[arg-type]
    assert {one: 1}[replace(one)] == 1
    assert one != Point(1, 2, (), ())  # type: ignore[arg-type]
    match one:
        case Named(x, y, name=name):
            assert (x, y, name, str(one)) == (1, 2, "a", "a")
    assert [each.name for each in fields(Named)] == ["x", "y", "more", "names", "name"]


def test_it_can_be_copied() -> None:
    point = Named(1, name="a")
    assert copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point
