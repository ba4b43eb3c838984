"""What a check found out: a state, what it is, and what to do about it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from slimdeploy.errors import ConfigError, SlimdeployError
from slimdeploy.records import frozen

MOST_DETAILS = 3


class State(StrEnum):
    """`fail`: `up` would end with the finding's exit code. `warn`: it works, or may not later."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@frozen
class Finding:
    """One line of the table. `code` is the exit code that a failure would have."""

    check: str
    state: State
    found: str
    next: str = ""
    code: int = 0


def fine(check: str, found: str) -> Finding:
    """As it should be."""
    return Finding(check, State.OK, found)


def caution(check: str, found: str, then: str = "") -> Finding:
    """It works without, or not for long."""
    return Finding(check, State.WARN, found, then)


def failure(check: str, error: SlimdeployError) -> Finding:
    """What would end an `up`."""
    if isinstance(error, ConfigError):
        first, count = error.problems[0], len(error.problems)
        more = f" (and {count - 1} more)" if count > 1 else ""
        where = f"{first.file}:{first.line}:{first.column}"
        return Finding(check, State.FAIL, f"{where}: {first.message}{more}", first.hint, error.code)
    said = (error.what, *error.details[:MOST_DETAILS])
    return Finding(check, State.FAIL, "\n".join(said), error.hint, error.code)


def verdict(findings: Iterable[Finding]) -> int:
    """The first failure's exit code; 0 without any."""
    return next((each.code for each in findings if each.state is State.FAIL), 0)
