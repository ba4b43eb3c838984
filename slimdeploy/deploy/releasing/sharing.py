"""Who else has a hand in an object that we applied, by its managedFields. Pure.

An Apply is a claim: that tool applies again. So may whatever updates on its own: a controller, an operator, an older
tool. What a person changed with kubectl is none: nobody will write it again, and it goes with the object.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from slimdeploy.deploy.comparing.fieldsets import Fields, beyond, path_of
from slimdeploy.tools.kube import MANAGER
from slimdeploy.tools.kube_pods import RESTARTED

Entry = Mapping[str, Any]
NOTED = ("f:metadata", "f:status")
RESTART: dict[str, Any] = {"f:spec": {"f:template": {"f:metadata": {"f:annotations": {f"f:{RESTARTED}": {}}}}}}
HAND = re.compile(r"kubectl(-(?!client-side-apply|last-applied).*)?")
"""kubectl-edit, -patch, -set ..., but not `kubectl apply`."""
MOST_FIELDS = 3


def sharing(metadata: Mapping[str, Any]) -> list[Entry]:
    """Entries of others that are about more than status, scale, a restart, and marks in the metadata."""
    return [each for each in metadata.get("managedFields") or () if _shares(each)]


def is_by_hand(entry: Entry) -> bool:
    """Whether a person changed something, once."""
    return entry["operation"] == "Update" and bool(HAND.fullmatch(entry["manager"]))


def edited(metadata: Mapping[str, Any]) -> str:
    """What was changed by hand, and with what; empty if nothing was."""
    return "; ".join(_said(each) for each in sharing(metadata) if is_by_hand(each))


def _said(entry: Entry) -> str:
    paths = [path_of(steps) for steps in _meant(entry)]
    more = f" and {len(paths) - MOST_FIELDS} more" if len(paths) > MOST_FIELDS else ""
    return f"{entry['manager']} changed {', '.join(paths[:MOST_FIELDS])}{more}"


def _shares(entry: Entry) -> bool:
    if entry["manager"] == MANAGER or entry.get("subresource"):
        return False
    return entry["operation"] == "Apply" or any(_meant(entry))


def _meant(entry: Entry) -> Iterator[tuple[str, ...]]:
    fields: Fields = {key: each for key, each in (entry.get("fieldsV1") or {}).items() if key not in NOTED}
    return beyond(fields, RESTART)
