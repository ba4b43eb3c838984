"""After containers that do not serve: those that were put aside run again, as they were."""

from __future__ import annotations

from collections.abc import Iterable

from slimdeploy.artifacts.release import Order
from slimdeploy.deploy.podman.single import Single
from slimdeploy.errors import RolledBack, RolloutFailed, SlimdeployError
from slimdeploy.events import Report, step


def rescued(failure: RolloutFailed, services: Iterable[Single], order: Order, report: Report) -> SlimdeployError:
    """The error to raise: rolled back, or not, since there is nothing to go back to."""
    back = [each for each in services if each.set_aside]
    if not back or not order.rollback:
        return failure
    try:
        with step(report, "rollback") as running:
            for each in back:
                each.put_back(running)
            running.summary = ", ".join(str(each.ref) for each in back)
    except SlimdeployError as second:
        details = (*failure.details, f"rolling back failed, too: {second.what}", *second.details)
        return RolloutFailed(failure.what, details=details, hint=second.hint or failure.hint)
    details = (*failure.details, "rolled back: what ran before runs again, as it was")
    return RolledBack(failure.what, details=details, hint=failure.hint)
