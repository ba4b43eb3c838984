"""After containers that do not serve: evidence first, then those that were put aside run again, as they were."""

from __future__ import annotations

from collections.abc import Sequence

from slimdeploy.artifacts.release import Order
from slimdeploy.deploy.podman import reporting
from slimdeploy.deploy.podman.single import Single
from slimdeploy.errors import RolledBack, RolloutFailed, SlimdeployError
from slimdeploy.events import Failed, Report, step
from slimdeploy.state.reports import add_to_report


def rescued(failure: RolloutFailed, containers: Sequence[Single], order: Order, report: Report) -> SlimdeployError:
    """The error to raise: rolled back, or not, since there is nothing to go back to."""
    file = reporting.written(failure, containers, order)
    evidence = (*failure.details, *((f"all of this, and the whole logs: {file}",) if file else ()))
    back = [each for each in containers if each.set_aside]
    if not back or not order.rollback:
        return RolloutFailed(failure.what, details=evidence, hint=failure.hint)
    report(Failed(failure.what, evidence))  # before anything else is tried, which may be interrupted
    error = _put_back(back, failure, evidence, report)
    add_to_report(file, error, known=evidence)
    return error


def _put_back(
    back: Sequence[Single], failure: RolloutFailed, evidence: tuple[str, ...], report: Report
) -> SlimdeployError:
    try:
        with step(report, "rollback") as running:
            for each in back:
                each.put_back(running)
            running.summary = ", ".join(str(each.ref) for each in back)
    except SlimdeployError as second:
        details = (*evidence, f"rolling back failed, too: {second.what}", *second.details)
        return RolloutFailed(failure.what, details=details, hint=second.hint or failure.hint)
    details = (*evidence, "rolled back: what ran before runs again, as it was")
    return RolledBack(failure.what, details=details, hint=failure.hint)
