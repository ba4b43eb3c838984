"""Of a target that keeps no history: every question about it is refused in the same words."""

from __future__ import annotations

from slimdeploy.artifacts.deploy import Changes, Release
from slimdeploy.artifacts.release import Order, Record
from slimdeploy.errors import UsageError
from slimdeploy.events import Report


class NoHistory:
    """What a Destination answers that has none."""

    def rollback(self, number: int | None, order: Order, report: Report) -> Release:  # noqa: ARG002
        """There is nothing to go back to."""
        raise _refused()

    def history(self) -> tuple[Record, ...]:
        """There are no releases."""
        raise _refused()

    def between(self, one: int, other: int) -> Changes:  # noqa: ARG002
        """There is nothing to compare."""
        raise _refused()


def _refused() -> UsageError:
    hint = "git does: check out what ran, then slimdeploy up"
    return UsageError("the local target keeps no history", hint=hint)
