"""A rollout that failed -> the error a person reads: cause, evidence, next step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.deploy.rollout import evidence
from slimdeploy.deploy.rollout.advice import LAST, Clues, advise
from slimdeploy.deploy.rollout.advice_rules import REFUSED
from slimdeploy.deploy.rollout.doom import Doom, pod_doom
from slimdeploy.deploy.rollout.evidence import event_lines, log_lines, log_of
from slimdeploy.deploy.rollout.observation import Seen
from slimdeploy.deploy.rollout.panics import last_words
from slimdeploy.deploy.rollout.pods import Pod, container, ended, ending, is_ready, name_of, pod_state
from slimdeploy.deploy.rollout.waiting import probe_of, probed_path, why
from slimdeploy.errors import RolloutFailed
from slimdeploy.tools.kube import Kube
from slimdeploy.tools.kube_streams import answers_inside

__all__ = [
    "LAST",
    "Clues",
    "advise",
    "container",
    "ended",
    "ending",
    "event_lines",
    "facts",
    "failure",
    "gone",
    "is_ready",
    "last_words",
    "log_lines",
    "log_of",
    "pod_doom",
    "pod_state",
    "timeout",
]
FINISHED = "Completed"
CRASHES = frozenset({"Error", "ContainerCannotRun", "StartError"})


def gone(ref: ObjectRef) -> RolloutFailed:
    """The Deployment was deleted while it was waited for."""
    what = f"{ref} in {ref.namespace} was deleted while its rollout was waited for"
    return RolloutFailed(what, hint=advise(Clues(what)), kind="Deleted", ours=False)


def failure(ref: ObjectRef, seen: Seen, doom: Doom, kube: Kube) -> RolloutFailed:
    """The error, with the state of the pods, events, and what the program printed last."""
    pod = seen.suspect if doom.ours else None
    states, log = evidence.pod_lines(seen.pods), []
    if pod is not None:
        late = doom.kind in {"Timeout", "ProbeFailed"}
        states += evidence.event_lines(evidence.events_of(pod, kube), doom.cause, probes=late)
        log = evidence.log_of(pod, kube)
    known = facts(ref, pod, kube)
    cause = with_last_words(doom, log)
    if pod is not None and REFUSED.search(cause) and reached_inside(pod, known, kube):
        known |= {"loopback": "yes"}
        states.append(
            f"{name_of(pod)} answers on port {known['port']} of its own 127.0.0.1 (asked through the API server)"
        )
    details = [*states, *(evidence.log_lines(pod, log) if pod else ())]
    clues = Clues(cause, states, log, known)
    hint = advise(clues) if doom.kind != FINISHED else finished(clues)
    what = f"{ref} in {ref.namespace}: {cause}"
    return RolloutFailed(what, details=details, hint=hint, kind=doom.kind, ours=doom.ours)


def timeout(seconds: float, seen: Seen, events: tuple[Mapping[str, Any], ...]) -> Doom:
    """The deadline as a doom: with what the suspect waited for."""
    pod = seen.suspect
    reason = (
        (probe_of(pod, events) or why(pod, events))
        if pod
        else f"{len(seen.pods)} of {seen.wanted} pods are there"
        if seen.pods
        else "no pod"
    )
    return Doom(f"not ready after {seconds:g} s: {reason}", "Timeout")


def with_last_words(doom: Doom, log: list[str]) -> str:
    """What a program says as it ends tells more than its exit code."""
    words = last_words(log) if doom.kind in CRASHES else ""
    return f"{doom.cause}: {words}" if words and words not in doom.cause else doom.cause


def finished(clues: Clues) -> str:
    """A program that ends well does not belong into a Deployment, or was not told what to do."""
    usage = advise(Clues("", (), clues.log, clues.facts))
    if "usage" in usage:
        return usage
    return "a Deployment starts again what ends: let it run on, give it its arguments (app.args), or make it a Job"


def reached_inside(pod: Pod, known: Mapping[str, str], kube: Kube) -> bool:
    """Whether a port that nobody can reach from outside is open inside of the pod: proof, where a log only hints."""
    running = "running" in container(pod).get("state", {})
    return (
        running
        and "port" in known
        and answers_inside(kube, pod["metadata"]["namespace"], name_of(pod), int(known["port"]))
    )


def facts(ref: ObjectRef, pod: Pod | None, kube: Kube) -> dict[str, str]:
    """What fills the {names} of an advice."""
    found = {"namespace": ref.namespace, "name": ref.name}
    if pod is None:
        return found
    spec = pod.get("spec", {})
    first = (spec.get("containers") or [{}])[0]
    limit = first.get("resources", {}).get("limits", {}).get("memory")
    env = {each["name"]: each.get("value", "") for each in first.get("env") or ()}
    ports = [str(each["containerPort"]) for each in first.get("ports") or ()]
    user = (spec.get("securityContext") or {}).get("runAsUser")
    goal = f", GOMEMLIMIT {int(env['GOMEMLIMIT']) / 2**20:.0f} Mi" if env.get("GOMEMLIMIT", "").isdigit() else ""
    return (
        found
        | {"gomemlimit": goal, "path": probed_path(pod) or "app.health"}
        | ({"limit": str(limit)} if limit else {})
        | ({"port": ports[0]} if ports else {})
        | ({"user": str(user)} if user is not None else {})
        | _node(str(spec.get("nodeName", "")), kube)
    )


def _node(name: str, kube: Kube) -> dict[str, str]:
    """The pod's node; its architecture, if we may read nodes."""
    arch = kube.architecture(name) if name else ""
    return ({"node": f"node {name}"} if name else {}) | ({"arch": arch} if arch else {})
