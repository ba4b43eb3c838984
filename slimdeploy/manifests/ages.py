"""Fields that an older API server does not know: left out, and listed. With fieldValidation=Strict it would refuse all.

The number is the first version that has the field switched on (Kubernetes' own feature gates). Older than 1.25 is not
looked at: nothing else would work there, either.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator, Sequence
from typing import Any

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.manifests.job import renamed

Version = tuple[int, int]
POD = ("spec", "template", "spec")
CRON_POD = ("spec", "jobTemplate", *POD)
SINCE: tuple[tuple[str, tuple[str, ...], Version], ...] = (
    ("Deployment", (*POD, "containers", "*", "lifecycle"), (1, 30)),  # preStop.sleep, KEP-3960
    ("PodDisruptionBudget", ("spec", "unhealthyPodEvictionPolicy"), (1, 27)),  # KEP-3017
    ("Job", ("spec", "podFailurePolicy"), (1, 26)),  # KEP-3329
    ("CronJob", ("spec", "jobTemplate", "spec", "podFailurePolicy"), (1, 26)),
)


def fitting(objects: Sequence[Manifest], server: Version | None) -> tuple[tuple[Manifest, ...], tuple[str, ...]]:
    """The objects as this server takes them, and what was left out. None: the newest server."""
    if server is None:
        return tuple(objects), ()
    found, left = list(objects), []
    for number, each in enumerate(objects):
        for kind, path, since in SINCE:
            if each["kind"] == kind and server < since and _has(found[number], path):
                found[number] = _without(found[number], path)
                left.append(f"{'.'.join(path[1:])} of {kind.lower()}/{each['metadata']['name']} needs {_text(since)}")
    return tuple(found), tuple(left)


def parse(version: str) -> Version | None:
    """v1.37.2, v1.29.4-gke.1043002, v1.28.3+k3s1 -> (1, 37) and so on; None for what is no version."""
    found = re.match(r"v?(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else None


def _has(manifest: Manifest, path: tuple[str, ...]) -> bool:
    return any(path[-1] in holder for holder in _holders(manifest, path[:-1]))


def _without(manifest: Manifest, path: tuple[str, ...]) -> Manifest:
    changed = copy.deepcopy(dict(manifest))
    for holder in _holders(changed, path[:-1]):
        holder.pop(path[-1], None)
    return renamed(changed)


def _holders(value: Any, path: tuple[str, ...]) -> Iterator[dict[str, Any]]:  # noqa: ANN401 - a document
    if not path:
        yield value
    elif path[0] == "*":
        for each in value:
            yield from _holders(each, path[1:])
    elif path[0] in value:
        yield from _holders(value[path[0]], path[1:])


def _text(version: Version) -> str:
    return f"Kubernetes {version[0]}.{version[1]}"
