"""The file that is left of a release that failed, for later: by then its pods and their logs are gone.

What the cluster knows about the app's pods at that moment, bounded: whole logs would be another disk full.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from slimdeploy.deploy.releasing.history import Entry
from slimdeploy.deploy.releasing.serving import Site
from slimdeploy.deploy.rollout import evidence, pods
from slimdeploy.errors import RolloutFailed, SlimdeployError
from slimdeploy.manifests.labels import PART_OF, selector
from slimdeploy.state.reports import now, write_report

MOST_PODS = 8
LOG_LINES = 500
"""Of each container, and as many of its run before."""
Pod = Mapping[str, Any]


def written(site: Site, entry: Entry, failure: RolloutFailed) -> Path | None:
    """Where it is; None when it cannot be written."""
    lines = (*_head(site, entry), "", failure.what, *failure.details, "", *_asked(site))
    return write_report(f"{site.app}-release-{entry.record.number}", lines)


def _head(site: Site, entry: Entry) -> Iterator[str]:
    facts, target = entry.record.facts, site.kube.target
    yield f"time     {now()}"
    yield f"release  {entry.record.number} of {site.app}, {facts.reason} by {facts.who}, begun {facts.when}"
    yield f"source   {facts.revision or 'unknown'}"
    yield f"image    {facts.image}"
    yield f"cluster  {target.context} ({site.kube.server}), namespace {target.namespace}"


def _asked(site: Site) -> Iterator[str]:
    """That the cluster does not tell is no reason to tell nothing."""
    try:
        found = _pods(site)
        for pod in found[:MOST_PODS]:
            yield from _pod(pod, site)
        if len(found) > MOST_PODS:
            yield f"and {len(found) - MOST_PODS} more pods"
    except SlimdeployError as error:
        yield f"the rest could not be asked for: {error.what}"


def _pods(site: Site) -> list[Pod]:
    """All of the app's, those that do not serve first, and the newest of them."""
    wanted, namespace = (selector(site.app), {PART_OF: site.app}), site.kube.target.namespace
    found = {pod["metadata"]["uid"]: pod for labels in wanted for pod in site.kube.pods(namespace, labels)}
    newest = sorted(found.values(), key=lambda pod: str(pod["metadata"]["creationTimestamp"]), reverse=True)
    return sorted(newest, key=pods.is_ready)


def _pod(pod: Pod, site: Site) -> Iterator[str]:
    node = pod["spec"].get("nodeName", "")
    yield f"pod/{pods.name_of(pod)}{f' on node {node}' if node else ''}: {pods.pod_state(pod)}"
    for status in pods.statuses(pod):
        yield f"  {status['name']}: {_flat(status.get('state'))}, before: {_flat(status.get('lastState')) or 'nothing'}"
        yield f"  {status['name']} runs {status.get('imageID') or status.get('image', '')}"
    for event in evidence.events_of(pod, site.kube):
        when = event.get("lastTimestamp") or event.get("eventTime") or ""
        yield f"  event {when} {event.get('reason', '')} (x{event.get('count') or 1}): {event.get('message', '')}"
    for status in pods.statuses(pod):
        for previous in (True, False) if status.get("restartCount") else (False,):
            yield from _log(pod, status["name"], site, previous=previous)
    yield ""


def _log(pod: Pod, container: str, site: Site, *, previous: bool) -> Iterator[str]:
    namespace, name = pod["metadata"]["namespace"], pods.name_of(pod)
    text = site.kube.logs(namespace, name, previous=previous, tail=LOG_LINES, container=container)
    if text:
        yield f"  log of {container}{', the run before' if previous else ''} (at most {LOG_LINES} lines):"
        yield from (f"    {line}" for line in islice(text.splitlines(), LOG_LINES))


def _flat(state: Mapping[str, Any] | None) -> str:
    """running (startedAt 2026-11-25T14:00:00Z)."""
    return ", ".join(
        f"{kind} ({', '.join(f'{key} {value}' for key, value in (each or {}).items() if key != 'containerID')})"
        for kind, each in (state or {}).items()
    )
