"""Who waits for a server that does not answer is told once an outage, however many requests there are beside."""

from __future__ import annotations

import threading
import time
from contextlib import suppress

import pytest

from slimdeploy.tools import kube_silence
from slimdeploy.tools.kube_silence import Silence


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kube_silence, "SILENCE", 0.1)
    monkeypatch.setattr(kube_silence, "LOOK_SECONDS", 0.01)


def answered(silence: Silence, seconds: float = 0.0) -> None:
    with silence.awaited():
        time.sleep(seconds)


def test_what_is_answered_in_time_is_not_told() -> None:
    told: list[None] = []
    silence = Silence(lambda: told.append(None))
    for _ in range(10):
        answered(silence, 0.03)
    assert told == []


def test_once_an_outage() -> None:
    told: list[None] = []
    silence = Silence(lambda: told.append(None))
    with silence.awaited():
        for _ in range(10):
            answered(silence, 0.03)
        assert len(told) == 1, "what is answered beside it is no new outage"
    beside = [threading.Thread(target=answered, args=(silence, 0.25)) for _ in range(2)]
    for each in beside:
        each.start()
    for each in beside:
        each.join()
    assert len(told) == 2, "and that is another one"
    for _ in range(2):
        with suppress(TimeoutError), silence.awaited():
            time.sleep(0.15)
            raise TimeoutError
    assert len(told) == 3, "asked again without any answer, it is the same one"
