"""What the API server's refusals mean for a person: its own words, recognised, and what to do next.

Each text is the server's (kubernetes 1.37; apimachinery, apiserver's admission plugins); what is not recognised is
shown as it came.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

SKEW_SECONDS = 60

REFUSALS: tuple[tuple[str, str], ...] = (
    (
        r'admission webhook "([^"]+)" does not support dry run',
        "the webhook {0} has to declare sideEffects: None or NoneOnDryRun; until then nothing can be proven beforehand",
    ),
    (r'admission webhook "([^"]+)" denied', "a rule of the cluster ({0}) refuses it: ask whoever runs that webhook"),
    (
        r"ValidatingAdmissionPolicy '([^']+)'.* denied",
        "a rule of the cluster ({0}) refuses it: ask whoever made that ValidatingAdmissionPolicy",
    ),
    (
        r"exceeded quota: ([^,]+)",
        "kubectl describe resourcequota {0} shows what uses it; ask for less, or for more quota",
    ),
    (
        r"(?:must specify|failed quota: \S+: must specify) (\S+)",
        "the quota of the namespace wants {0}: deploy.resources",
    ),
    (
        r"is forbidden: .*(?:maximum|minimum) (\S+) usage per",
        "the LimitRange of the namespace bounds {0}: deploy.resources",
    ),
    (
        r"because it is being terminated",
        "wait until the namespace is gone, or take another: kubectl describe namespace says what holds it",
    ),
    (r"violates PodSecurity", "docs/hardening.md says what is generated; is the namespace stricter than `restricted`?"),
    (
        r"[Rr]equest (?:entity|is) too large|etcdserver: request is too large",
        "an object ends at 1.5 MiB: less in app.env or app.config",
    ),
)

IMMUTABLE: tuple[tuple[str, str], ...] = (
    (
        r"spec\.selector",
        "a Deployment's selector can never change: remove it first (its pods end), or choose another app.name",
    ),
    (r"spec\.clusterIPs?", "the address of a Service stays: remove the Service first, it then gets a new one"),
    (r"spec\.template|spec\.completion", "the pods of a Job can never change: remove the Job first"),
    (r"roleRef", "a binding's role can never change: remove the binding first"),
    (r"data|stringData|immutable", "it was made immutable: remove it first, or give it another name"),
)


def hint(message: str) -> str:
    """What to do about a refusal; empty if we know nothing better than the server."""
    if re.search(r"field is immutable|may not change once set|is immutable", message):
        return _immutable(message)
    for pattern, advice in REFUSALS:
        if found := re.search(pattern, message):
            return advice.format(*found.groups())
    return ""


def later(message: str) -> str:
    """What a server that cannot answer now says about it."""
    if webhook := re.search(r'failed calling webhook "([^"]+)"', message):
        return f"the cluster's webhook {webhook[1]} does not answer: these manifests are not the cause"
    return ""


def clock(date: str, now: datetime | None = None) -> Sequence[str]:
    """A line about the two clocks, when they differ so much that a token may not be valid yet, or any more."""
    try:
        there = parsedate_to_datetime(date)
    except ValueError:
        return ()
    here = now or datetime.now(UTC)
    if abs((here - there).total_seconds()) <= SKEW_SECONDS:
        return ()
    return (f"check the clock: here it is {here:%Y-%m-%d %H:%M:%S}, there {there:%Y-%m-%d %H:%M:%S} (UTC)",)


def certificate(reason: str) -> str:
    """What is wrong with the server's certificate. Nothing was answered, so its clock is not known, only ours."""
    here = f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC"
    if "not yet valid" in reason:
        return f"check the clock: this machine's says {here}"
    if "has expired" in reason:
        return f"the API server's certificate has to be renewed; this machine's clock says {here}"
    if "mismatch" in reason or "doesn't match" in reason:
        return "the certificate is for other names: check `server` in the kubeconfig"
    return "another CA signed it than the kubeconfig names: is this the cluster that is meant?"


def _immutable(message: str) -> str:
    at = message.rfind("mmutable") if "may not change" not in message else message.find("may not change")
    before = message[:at]
    for field, advice in IMMUTABLE:
        if re.search(rf"(?:^|[\s\[]){field}\b", before):
            return advice
    return "this field can never change: remove the object first, or give it another name"
