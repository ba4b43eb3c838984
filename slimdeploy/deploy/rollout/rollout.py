"""Wait until the new pods serve, or until that is hopeless. When that is, is decided in verdict.py and doom.py."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from slimdeploy.deploy.rollout import diagnosis, evidence
from slimdeploy.deploy.rollout.doom import Doom, event_doom, find_doom, paused_doom
from slimdeploy.deploy.rollout.observation import Seen, look
from slimdeploy.deploy.rollout.steadiness import Steadiness
from slimdeploy.deploy.rollout.verdict import Rollout, is_done, is_foreign, spec_of, superseded
from slimdeploy.deploy.rollout.waiting import describe
from slimdeploy.errors import Unreachable
from slimdeploy.events import Note, Step
from slimdeploy.records import frozen
from slimdeploy.tools.kube import Kube

__all__ = ["Rollout", "Watch", "wait", "wait_all"]
INTERVAL = 0.25
"""Seconds between two looks: 3 requests of 6 ms each."""
EVENTS_EACH = 1.0
CONTROLLER_SECONDS = 60.0
SILENCE_SECONDS = 60.0
"""How long the API server may be away while we wait: a restart of it fails no release."""
TELL_AFTER = 15.0


@frozen
class State:
    """How far one rollout is."""

    done: bool
    ready: int
    line: str


def wait(rollout: Rollout, kube: Kube, step: Step) -> int:
    """Wait and return the number of ready pods. Raises RolloutFailed with cause and evidence."""
    return wait_all((rollout,), kube, step)[0]


def wait_all(rollouts: Sequence[Rollout], kube: Kube, step: Step) -> tuple[int, ...]:
    """Wait for several at once. The first that is hopeless ends it."""
    watches, teller = [Watch(rollout, kube) for rollout in rollouts], Teller(step)
    while True:
        states = [watch.state() for watch in watches]
        if all(state.done for state in states):
            return tuple(state.ready for state in states)
        lines = [state.line for state in states if not state.done]
        teller.tell("; ".join(lines if len(watches) == 1 else _named(watches, states)))
        time.sleep(INTERVAL)


class Watch:
    """One rollout while it is waited for, and what was seen of it so far."""

    def __init__(self, rollout: Rollout, kube: Kube) -> None:
        self.rollout = rollout
        self.kube = kube
        self._started = self._answered = time.monotonic()
        self._spec: Mapping[str, Any] | None = None
        self._events: tuple[Mapping[str, Any], ...] = ()
        self._asked = 0.0
        self._steadiness = Steadiness()

    def state(self) -> State:
        """One look. Raises RolloutFailed once it is hopeless, or too late."""
        try:
            seen = look(self.rollout.ref, self.kube)
        except Unreachable:
            if time.monotonic() - self._answered > SILENCE_SECONDS or self._age > self.rollout.timeout:
                raise
            return State(done=False, ready=0, line="the API server does not answer")
        self._answered = time.monotonic()
        if seen is None:
            raise diagnosis.gone(self.rollout.ref)
        return self._judge(seen)

    @property
    def _age(self) -> float:
        return time.monotonic() - self._started

    def _judge(self, seen: Seen) -> State:
        if self._spec is None and not is_foreign(seen, self.rollout):
            self._spec = spec_of(seen.deployment)
        done = is_done(seen, self.rollout) and not superseded(seen, self.rollout, self._spec)
        if done and not (unsteady := self._steadiness.unsteady(seen.pods, clock(self.kube))):
            return State(done=True, ready=seen.ready, line="")
        self._ask_events(seen)
        doom = self._doom(seen)
        if doom is None and self._age > self.rollout.timeout:
            doom = diagnosis.timeout(self.rollout.timeout, seen, self._events)
        if doom:
            raise diagnosis.failure(self.rollout.ref, seen, doom, self.kube)
        if seen.observed < self.rollout.generation:  # the newest pods are those of the release before
            return State(done=False, ready=0, line="the Deployment controller is to look at it")
        return State(done=False, ready=seen.ready, line=unsteady if done else describe(seen, self._events))

    def _doom(self, seen: Seen) -> Doom | None:
        if doom := paused_doom(seen) or superseded(seen, self.rollout, self._spec):
            return doom
        if seen.observed < self.rollout.generation:
            return self._silent_controller()
        return find_doom(seen) or (event_doom(seen.suspect, self._events) if seen.suspect else None)

    def _silent_controller(self) -> Doom | None:
        if self._age < min(CONTROLLER_SECONDS, self.rollout.timeout):
            return None
        cause = f"the Deployment controller has not looked at this in {self._age:.0f} s"
        return Doom(cause, "ControllerSilent", ours=False)

    def _ask_events(self, seen: Seen) -> None:
        """The suspect's events, each second: they say what a pod's status does not."""
        if seen.suspect is None or time.monotonic() - self._asked < EVENTS_EACH:
            return
        self._asked = time.monotonic()
        self._events = evidence.events_of(seen.suspect, self.kube)


class Teller:
    """Says what is waited for: live, and what lasts for 15 s as a line that stays, for logs of CI."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._line, self._since, self._told = "", 0.0, ""

    def tell(self, line: str) -> None:
        """What is waited for now."""
        self._step.waiting(line)
        if line != self._line:
            self._line, self._since = line, time.monotonic()
        if time.monotonic() - self._since > TELL_AFTER and line != self._told:
            self._told = line
            self._step.report(Note(f"waiting: {line}"))


def clock(kube: Kube) -> datetime:
    """The API server's, which the nodes' agree with; this machine's may not."""
    return parsedate_to_datetime(kube.date) if kube.date else datetime.now(UTC)


def _named(watches: Sequence[Watch], states: Sequence[State]) -> list[str]:
    pairs = zip(watches, states, strict=True)
    return [f"{watch.rollout.ref.name}: {state.line}" for watch, state in pairs if not state.done]
