"""Exit codes: one a kind of failure, so that a script can rely on them."""

from __future__ import annotations

import inspect

import pytest

from slimdeploy import errors
from slimdeploy.errors import SlimdeployError
from slimdeploy.problems import Problem

KINDS = [
    kind
    for _, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, SlimdeployError) and kind is not SlimdeployError
]
PROMISED = {64, 65, 66, 69, 70, 72, 73, 75, 76, 77, 78, *range(80, 91), 124, 130, 143}


def test_every_kind_has_a_code_of_its_own() -> None:
    codes = [kind.code for kind in KINDS]
    assert len(set(codes)) == len(codes)


def test_the_codes_are_the_promised_ones() -> None:
    assert {kind.code for kind in KINDS} == PROMISED


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_kind_says_what_it_means(kind: type[SlimdeployError]) -> None:
    assert kind.__doc__
    assert kind.__doc__ != SlimdeployError.__doc__


def test_a_failure_keeps_what_why_and_what_next() -> None:
    error = errors.CompileFailed("what", details=["why"], hint="next")
    assert (str(error), error.what, error.details, error.hint) == ("what", "what", ("why",), "next")


@pytest.mark.parametrize(
    ("source", "column", "end", "pointer"),
    [
        ("port = 99999", 8, 13, "       ^^^^^ too large"),
        ("größe = 1", 9, 10, "        ^ too large"),
        ("🚀 = 1", 5, 6, "     ^ too large"),
        ("\tx = 1", 6, 7, "     ^ too large"),
        ("x =", 4, 4, "   ^ too large"),
    ],
)
def test_the_caret_stands_under_the_value(source: str, column: int, end: int, pointer: str) -> None:
    problem = Problem("slim.toml", 3, column, end, "app.port", "range", "wrong", "too large", source)
    assert str(problem).splitlines()[-1] == f"      | {pointer}"
