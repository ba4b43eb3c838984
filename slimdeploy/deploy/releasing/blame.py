"""Whose doing a failure is: the release's own, somebody else's, or the cluster's. Pure.

Going back is wrong where somebody else changed or paused it, and no help where there is no room, a quota, a registry
that is down: the old pods would not come up, either.
"""

from __future__ import annotations

import re

from slimdeploy.artifacts.release import Order, Outcome, Record
from slimdeploy.errors import RolloutFailed

ENDED_BY_OTHERS = {"Superseded": Outcome.SUPERSEDED, "Deleted": Outcome.DELETED}
CLUSTER_WIDE = (
    (re.compile(r"exceeded quota", re.I), "the quota of the namespace stands against any release"),
    (re.compile(r"nodes are available|no nodes available|Unschedulable"), "there is no room on the nodes"),
    (
        re.compile(r"(ErrImagePull|ImagePullBackOff)(?!.*(not found|manifest unknown|denied|unauthorized|forbidden))"),
        "the registry does not give any image now",
    ),
    (re.compile(r"failed calling webhook"), "an admission webhook of the cluster does not answer"),
)


def why_not(failure: RolloutFailed, order: Order, goods: tuple[Record, ...]) -> str:
    """Why nothing is rolled back; empty when it is."""
    if not failure.ours:
        return "that is not this release's doing, and going back would undo what somebody else did"
    if reason := cluster_wide(failure):
        return reason
    if not order.rollback:
        return "that was asked for (--no-rollback, deploy.rollback)"
    return "" if goods else "no release before it is known to serve; its objects stay, so that they can be looked at"


def cluster_wide(failure: RolloutFailed) -> str:
    """What keeps any release from running; empty when the cause is this one's own."""
    text = "\n".join((failure.what, *failure.details)) if failure.kind == "Timeout" else failure.what
    return next((reason for pattern, reason in CLUSTER_WIDE if pattern.search(text)), "")


def outcome_of(failure: RolloutFailed) -> Outcome:
    """Whether it says anything about the release itself, or what else ended it."""
    if failure.kind in ENDED_BY_OTHERS:
        return ENDED_BY_OTHERS[failure.kind]
    return Outcome.FAILED if failure.ours and not cluster_wide(failure) else Outcome.INTERRUPTED
