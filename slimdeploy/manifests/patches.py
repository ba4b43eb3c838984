"""[[patch]]: JSON patch (RFC 6902: add, remove, replace) on rendered objects, within limits.

What an object is may not change: its kind, names, selectors, our labels, the image. And the pod must still pass Pod
Security `restricted`, but for what the patch itself allows.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import Patch
from slimdeploy.errors import PolicyRefused
from slimdeploy.manifests.job import renamed
from slimdeploy.manifests.labels import labels
from slimdeploy.manifests.pod_security import violations

Document = dict[str, Any]
POD_SPECS = {
    "Deployment": ("spec", "template", "spec"),
    "Job": ("spec", "template", "spec"),
    "CronJob": ("spec", "jobTemplate", "spec", "template", "spec"),
}


class PatchRefused(PolicyRefused):
    """A patch that cannot be applied, or must not be. `index` is its place in slim.toml."""

    def __init__(self, index: int, why: str, hint: str = "") -> None:
        super().__init__(f"patch[{index}]: {why}", hint=hint)
        self.index = index
        self.why = why


def patched(objects: Sequence[Manifest], patches: Sequence[Patch], app: str) -> tuple[Manifest, ...]:
    """The objects with all patches applied, in order. Raises PatchRefused."""
    found = list(objects)
    for index, patch in enumerate(patches):
        number = _target(found, patch, app, index)
        before, after = found[number], copy.deepcopy(dict(found[number]))
        for operation in patch.operations:
            try:
                _apply(after, operation)
            except (KeyError, IndexError, ValueError, TypeError):
                raise PatchRefused(index, f"{operation['path']} does not exist in the {patch.kind}") from None
        _check(before, after, patch, index)
        found[number] = renamed(after)
    return tuple(found)


def _target(objects: Sequence[Manifest], patch: Patch, app: str, index: int) -> int:
    """Which object is meant: by name, or the app's own, or the only one of its kind."""
    named = {n: each["metadata"]["name"] for n, each in enumerate(objects) if each["kind"] == patch.kind}
    wanted = [n for n, name in named.items() if name == (patch.name or app)]
    if not wanted and not patch.name and len(named) == 1:
        wanted = list(named)
    if not wanted:
        known = ", ".join(named.values()) or "none"
        raise PatchRefused(index, f"no {patch.kind} {patch.name or app}", f"of this kind there are: {known}")
    return wanted[0]


def _apply(document: Document, operation: Mapping[str, Any]) -> None:
    *path, last = [part.replace("~1", "/").replace("~0", "~") for part in operation["path"].split("/")[1:]]
    holder: Any = document
    for part in path:
        holder = holder[int(part)] if isinstance(holder, list) else holder[part]
    if isinstance(holder, list):
        _apply_to_list(holder, last, operation)
        return
    if operation["op"] != "add":
        del holder[last]
    if operation["op"] != "remove":
        holder[last] = operation["value"]


def _apply_to_list(holder: list[Any], last: str, operation: Mapping[str, Any]) -> None:
    place = len(holder) if last == "-" and operation["op"] == "add" else int(last)
    if place < 0 or place > len(holder):
        raise IndexError(place)
    if operation["op"] == "add":
        holder.insert(place, operation["value"])
    elif operation["op"] == "replace":
        holder[place] = operation["value"]
    else:
        del holder[place]


def _check(before: Manifest, after: Document, patch: Patch, index: int) -> None:
    for what, old in _identity(before).items():
        if _identity(after).get(what) != old:
            raise PatchRefused(index, f"{what} is immutable", "it says what the object is")
    path = POD_SPECS.get(patch.kind)
    broken = sorted(set(violations(_at(after, path))) - set(patch.allow)) if path else []
    if broken:
        allow = ", ".join(f'"{name}"' for name in broken)
        raise PatchRefused(index, f"breaks Pod Security restricted: {', '.join(broken)}", f"allow = [{allow}] if meant")


def _identity(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What must stay as it is."""
    metadata, spec, path = (
        manifest.get("metadata", {}),
        manifest.get("spec", {}),
        POD_SPECS.get(manifest.get("kind", "")),
    )
    own = labels("")
    found = {
        "apiVersion": manifest.get("apiVersion"),
        "kind": manifest.get("kind"),
        "metadata.name": metadata.get("name"),
        "metadata.namespace": metadata.get("namespace"),
        "metadata.labels": {key: value for key, value in metadata.get("labels", {}).items() if key in own},
        "spec.selector": spec.get("selector"),
        "spec.podSelector": spec.get("podSelector"),
    }
    if path:
        ours = _at(manifest, path[:-1]).get("metadata", {}).get("labels", {})
        found["the pods' labels"] = {key: value for key, value in ours.items() if key in own}
        container: Mapping[str, Any] = next(iter(_at(manifest, path).get("containers", ())), {})
        found["the image"] = container.get("image")
    return found


def _at(manifest: Mapping[str, Any], path: tuple[str, ...]) -> Mapping[str, Any]:
    found: Any = manifest
    for part in path:
        found = found.get(part, {}) if isinstance(found, Mapping) else {}
    return found if isinstance(found, Mapping) else {}
