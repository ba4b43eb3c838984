"""A step reports its begin and its end, whichever way it ends."""

from __future__ import annotations

import pytest

from slimdeploy.events import Event, StepDone, StepFailed, StepStarted, Waiting, megabytes, step


def test_a_step_that_ends_well() -> None:
    seen: list[Event] = []
    with step(seen.append, "compile") as running:
        running.waiting("half")
        running.summary = "5.8 MB"
    started, waiting, done = seen
    assert (started, waiting) == (StepStarted("compile"), Waiting("compile", "half"))
    assert isinstance(done, StepDone)
    assert (done.step, done.summary) == ("compile", "5.8 MB")
    assert 0 <= done.seconds < 1


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_a_step_that_fails(error: type[BaseException]) -> None:
    seen: list[Event] = []
    with pytest.raises(error), step(seen.append, "compile"):
        raise error
    assert [type(event) for event in seen] == [StepStarted, StepFailed]


@pytest.mark.parametrize(("size", "text"), [(0, "0.0 MB"), (5_842_944, "5.8 MB"), (1_000_000, "1.0 MB")])
def test_megabytes_are_counted_as_registries_do(size: int, text: str) -> None:
    assert megabytes(size) == text
