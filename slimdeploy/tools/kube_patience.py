"""How long an API server is asked again, and after which pause: the one policy for every request.

A server that never answered in this run is probably the wrong address: a few seconds. One that did is restarting or
busy: a minute, which covers an upgrade of a single control plane node. What we send can be sent twice: an apply is
idempotent, and deletes and updates name the uid or version that they mean.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from slimdeploy.tools.kube_errors import Answer, is_conflict, is_later

FIRST_SECONDS, LATER_SECONDS = 10.0, 60.0
LONGEST_PAUSE = 5.0
TOLD_SECONDS = 2.0
"""A blip is nobody's concern; whoever waits for longer than this is told."""
MOST_CONFLICTS = 5


def is_worth_another_try(answer: Answer, method: str = "PATCH") -> bool:
    """Whether the same request may succeed later: busy, restarting, or changed under our hands; never a conflict."""
    if answer.status == 409:
        return method == "PATCH" and not is_conflict(answer)
    return is_later(answer)


@dataclass
class Patience:
    """The attempts of one request. `known`: this server has answered before; not `left`: there is one only.

    `tell` hears, once, for how many seconds it will be tried yet.
    """

    known: bool
    left: bool = True
    tell: Callable[[float], None] = lambda _: None
    began: float = field(default_factory=time.monotonic)
    attempts: int = 0
    told: bool = False

    def again(self, answer: Answer | None) -> bool:
        """Wait before the next attempt, unless it is too late for one."""
        self.attempts += 1
        changed = answer is not None and answer.status == 409
        wait, now = pause(answer, self.attempts), time.monotonic()
        over = self.began + (LATER_SECONDS if self.known or answer else FIRST_SECONDS)
        if not self.left or now + wait > over or (changed and self.attempts >= MOST_CONFLICTS):
            return False
        if not self.told and not changed and now + wait >= self.began + TOLD_SECONDS:
            self.told = True
            self.tell(over - now)
        time.sleep(wait)
        return True


def pause(answer: Answer | None, attempt: int) -> float:
    """Seconds to wait before the next attempt: what Retry-After asks for, or 0.2, 0.4, 0.8 ... 5."""
    asked = answer.headers.get("Retry-After", "") if answer else ""
    return float(asked) if asked.isdigit() else min(LONGEST_PAUSE, 0.1 * 2 ** min(attempt, 10))
