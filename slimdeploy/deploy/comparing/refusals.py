"""What the server said against several objects, as one error; and its fields with the keys of slim.toml."""

from __future__ import annotations

from collections.abc import Sequence

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.deploy.comparing.origin import key_of
from slimdeploy.errors import ApiRejected, FieldConflict, SlimdeployError
from slimdeploy.tools.kube import Kube
from slimdeploy.tools.kube_errors import Invalid, Untyped

TERMINATING = "is being terminated"
TOGETHER = (FieldConflict, ApiRejected)
"""What a person mends object by object; of anything else, the first is enough."""


def joined(errors: Sequence[SlimdeployError]) -> SlimdeployError:
    """One error for all of them: the first kind that there is, with what it says about each object."""
    first = errors[0]
    kind = next((each for each in TOGETHER if isinstance(first, each)), None)
    same = [error for error in errors if kind and isinstance(error, kind) and type(error) is type(first)]
    if kind is None or len(same) < 2 or len({error.what for error in same}) == 1:
        return first
    details = [line for error in same for line in (error.what, *(f"  {detail}" for detail in error.details))]
    hints = dict.fromkeys(line for error in same for line in error.hint.splitlines())
    what = f"{len(same)} objects cannot be applied"
    if isinstance(first, Untyped):
        fields = [field for error in same if isinstance(error, Untyped) for field in error.fields]
        return Untyped(what, fields, details=details)
    return kind(what, details=details, hint="\n".join(hints))


def held_up(error: SlimdeployError, kube: Kube) -> SlimdeployError:
    """The same refusal; for a namespace that is being deleted, with what holds that up, if we may read it."""
    if not isinstance(error, ApiRejected) or not any(TERMINATING in detail for detail in error.details):
        return error
    try:
        found = kube.get(ObjectRef("Namespace", kube.target.namespace, "")) or {}
    except SlimdeployError:
        return error
    conditions = found.get("status", {}).get("conditions") or ()
    said = [str(each.get("message", "")) for each in conditions if each.get("status") == "True"]
    what = f"namespace {kube.target.namespace} is being deleted"
    return ApiRejected(what, details=[each for each in said if each] or error.details, hint=error.hint)


def placed(error: Invalid) -> ApiRejected:
    """The same refusal, with the key of slim.toml behind each field that has one."""
    lines = []
    for field, said in error.causes:
        key = key_of(field)
        lines.append(f"{field}{f' ({key} in slim.toml)' if key else ''}: {said}")
    return ApiRejected(error.what, details=lines, hint=error.hint)
