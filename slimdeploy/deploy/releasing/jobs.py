"""Programs that end, in the cluster: waiting for a Job, saying why it failed, and letting one that failed run again.

A Job is named after what it runs. So one that is there and has succeeded is done, and one that has failed is in the
way: it is deleted before it is applied again.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from slimdeploy.artifacts.deploy import Action, Change, Changes, ObjectRef
from slimdeploy.deploy.rollout import diagnosis
from slimdeploy.errors import CleanupIncomplete, RolloutFailed
from slimdeploy.manifests.labels import PROCESS
from slimdeploy.tools.kube import Kube

INTERVAL = 0.25
GONE_SECONDS = 60.0
JOB_NAME = "job-name"  # batch.kubernetes.io/job-name is set since 1.27 only; both are
MIGRATION = {PROCESS: "migrate"}
AGAIN = "mend what it says, then run this again: the Job is made anew; its log is in the report"
COUNTED = re.compile("BackoffLimitExceeded|PodFailurePolicy")
Say = Callable[[str], None]


def to_run_again(changes: Changes, kube: Kube) -> Changes:
    """The same, with Jobs that are unchanged and have failed as changed: `up` tries them again."""
    return replace(changes, items=tuple(_again(change, kube) for change in changes.items))


def _again(change: Change, kube: Kube) -> Change:
    if change.ref.kind != "Job" or change.action is not Action.UNCHANGED:
        return change
    return replace(change, action=Action.CHANGED) if failed(kube.get(change.ref) or {}) else change


def make_room(ref: ObjectRef, kube: Kube) -> None:
    """Delete a Job that has failed, with its pods, and wait until it is gone."""
    live = kube.get(ref) if ref.kind == "Job" else None
    if live is None or not failed(live):
        return
    kube.delete(ref, live["metadata"]["uid"])
    until = time.monotonic() + GONE_SECONDS
    while kube.get(ref):
        if time.monotonic() > until:
            raise CleanupIncomplete(f"{ref} failed before, and is still there after {GONE_SECONDS:g} s")
        time.sleep(INTERVAL)


def is_migration(manifest: Mapping[str, Any]) -> bool:
    """Whether nothing after this object may be written before it has succeeded."""
    return manifest.get("kind") == "Job" and bool(MIGRATION.items() <= manifest["metadata"]["labels"].items())


def deadline(manifest: Mapping[str, Any]) -> float:
    """Seconds to wait for a Job that ends itself: a moment more than it has, so that it is the one to say so."""
    return float(manifest["spec"].get("activeDeadlineSeconds", 3600)) + 10


def wait(ref: ObjectRef, kube: Kube, timeout: float, say: Say) -> None:
    """Until the Job has succeeded. Raises RolloutFailed with its last log lines, as soon as it cannot any more."""
    until = time.monotonic() + timeout
    while True:
        job = kube.get(ref)
        if job is None:
            raise RolloutFailed(f"{ref} was deleted while it was waited for", kind="Deleted", ours=False)
        if succeeded(job):
            return
        pods = kube.pods(ref.namespace, {JOB_NAME: ref.name})
        cause = failed(job) or _hopeless(pods)
        if cause or time.monotonic() > until:
            raise _failure(job, cause or f"not done after {timeout:g} s", pods, kube)
        say(f"{ref}: {diagnosis.pod_state(pods[-1]) if pods else 'no pod yet'}")
        time.sleep(INTERVAL)


def succeeded(job: Mapping[str, Any]) -> bool:
    """Whether the program has ended well."""
    return bool(_condition(job, "Complete"))


def failed(job: Mapping[str, Any]) -> str:
    """Why the Job is given up by its controller; "" if it is not."""
    condition = _condition(job, "Failed")
    return f"{condition.get('reason', 'Failed')}: {condition.get('message', '')}" if condition else ""


def _condition(job: Mapping[str, Any], kind: str) -> Mapping[str, Any]:
    conditions = job.get("status", {}).get("conditions") or ()
    return next((each for each in conditions if each["type"] == kind and each["status"] == "True"), {})


def _hopeless(pods: tuple[Mapping[str, Any], ...]) -> str:
    return next((doom.cause for pod in pods if (doom := diagnosis.pod_doom(pod))), "")


def _failure(job: Mapping[str, Any], cause: str, pods: tuple[Mapping[str, Any], ...], kube: Kube) -> RolloutFailed:
    """The error, with the state of each pod, and what the last one printed."""
    ref = ObjectRef.of(job)
    ordered = sorted(pods, key=lambda pod: str(pod["metadata"]["creationTimestamp"]))
    evidence = [f"{pod['metadata']['name']}: {diagnosis.pod_state(pod)}" for pod in ordered]
    log: list[str] = []
    last = ordered[-1] if ordered else None
    if last:
        evidence += diagnosis.event_lines(kube.events(ref.namespace, last["metadata"]["name"]), probes=False)
        log = diagnosis.log_of(last, kube)
        evidence += diagnosis.log_lines(last, log)
    said = _in_words(cause, last, log)
    hint = diagnosis.advise(diagnosis.Clues(said, evidence, log, diagnosis.facts(ref, last, kube)))
    subject = "the migration" if is_migration(job) else "the program"
    return RolloutFailed(
        f"{ref} in {ref.namespace}: {subject} failed: {said}",
        details=evidence,
        hint=AGAIN if hint == diagnosis.LAST else hint,  # a rollback takes the Job away, and its log with it
    )


def _in_words(cause: str, pod: Mapping[str, Any] | None, log: list[str]) -> str:
    """How the program ended and what it said last, in place of the Job controller's count of tries."""
    end = diagnosis.ended(diagnosis.container(pod)) if pod else {}
    if not end or not COUNTED.match(cause):
        return cause
    words = diagnosis.last_words(log)
    return diagnosis.ending(end) + (f": {words}" if words else "")
