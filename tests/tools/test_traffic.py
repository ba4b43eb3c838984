"""A program that moves nothing is ended; one that moves a little is told about."""

from __future__ import annotations

import time

import pytest

from slimdeploy.tools.command import Command, ToolTimeout, run
from slimdeploy.tools.traffic import Watch

SLOW = "i=0; while [ $i -lt 32 ]; do head -c 1000 /dev/zero; i=$((i+1)); sleep 0.125; done"
"""4 s, and something each 1/8 s."""


def shell(script: str, watch: Watch, *, contained: bool) -> str:
    return run(Command(("sh", "-c", script), watch=watch, contained=contained))


@pytest.mark.parametrize("contained", [True, False])
def test_what_moves_nothing_is_ended(contained: bool) -> None:
    started = time.monotonic()
    with pytest.raises(ToolTimeout, match=r"moved nothing for 2 s") as failure:
        shell("echo started >&2; sleep 300", Watch(2.0, lambda _: None), contained=contained)
    assert time.monotonic() - started < 60
    assert failure.value.idle
    assert failure.value.output == ("started",)


@pytest.mark.parametrize("contained", [True, False])
def test_what_moves_is_told_and_left_alone(contained: bool) -> None:
    told: list[int] = []
    assert len(shell(SLOW, Watch(3.0, told.append, every=0.5), contained=contained)) == 32_000
    assert len(told) >= 2
    assert told == sorted(told)
    assert told[-1] >= 1000
