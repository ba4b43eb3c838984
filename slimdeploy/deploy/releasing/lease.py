"""One slimdeploy at a time on one app of a cluster: the Lease `slimdeploy-<app>` in its namespace.

The exception to server-side apply, where a second holder of our manager's name would simply take it: POST to acquire,
PUT with resourceVersion to renew or take over, DELETE with uid and resourceVersion.

A dead holder's Lease is free when its process is known to be gone (it ran on this very machine), when its duration is
over by the API server's own clock (its Date against the time at which it stored the last renewal), or when it did not
change for its duration while we looked. Two machines' clocks are never compared.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from slimdeploy.artifacts.deploy import ObjectRef
from slimdeploy.deploy.releasing.holder import HOLDER, Holder
from slimdeploy.errors import Locked, SlimdeployError
from slimdeploy.manifests.labels import labels
from slimdeploy.tools.kube import Kube

SECONDS = 60
LOOK_SECONDS = 0.5
CLOCK_STEP = 2.0
"""Both times are whole seconds."""


def lease_ref(app: str, namespace: str) -> ObjectRef:
    """Its name."""
    return ObjectRef("Lease", f"slimdeploy-{app}", namespace)


class Held:
    """The Lease while we hold it: renewed by a thread, asked for before each write."""

    def __init__(self, app: str, kube: Kube, seconds: int = SECONDS) -> None:
        self.app = app
        self.kube = kube
        self.ref = lease_ref(app, kube.target.namespace)
        self.seconds = seconds
        self.me = Holder.myself()
        self._stored: dict[str, Any] | None = None
        self._asked = False
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, daemon=True)

    def acquire(self, wait: float) -> None:
        """Take it, or wait at most so many seconds for it. Raises Locked, and has written nothing then."""
        deadline, seen, since = time.monotonic() + wait, "", time.monotonic()
        while True:
            live = self.kube.get(self.ref)
            version = live["metadata"]["resourceVersion"] if live else ""
            if version != seen:
                seen, since = version, time.monotonic()
            why = why_free(live, self.kube.date, time.monotonic() - since) if live else ""
            if live is None or why:
                if self._take(live):
                    self._thread.start()
                    if live and live["spec"].get("holderIdentity"):
                        self.kube.tell(f"{self.ref} is taken over from {described(live)}: {why}")
                    return
            elif time.monotonic() >= deadline:
                raise Locked(
                    f"another slimdeploy works on {self.app} in {self.ref.namespace}: {described(live)}",
                    hint="wait for it, then run this again (--lock-wait 5m waits)",
                )
            else:
                time.sleep(min(LOOK_SECONDS, max(0.0, deadline - time.monotonic())))

    def check(self) -> None:
        """Before each write: it is still ours. Raises Locked; a paused machine's may have been taken over meanwhile."""
        live = self.kube.get(self.ref)
        if live is None:
            raise Locked(f"{self.ref} was deleted by somebody: stopped", hint="run this again")
        if Holder.of(live) != self.me:
            raise Locked(
                f"{self.ref} was lost while this run was paused: stopped. Now {described(live)}",
                hint="wait for it, then run this again",
            )

    def release(self) -> None:
        """Give it back, quickly: we may have been told to stop. If that fails, it ends by itself."""
        self._over.set()
        if not self._asked:
            return
        if self._thread.is_alive():
            self._thread.join(2)
        self.kube.patient = False
        with suppress(SlimdeployError):
            self._delete()
        self.kube.patient = True

    def _delete(self) -> None:
        live = self.kube.get(self.ref)
        if live and Holder.of(live) == self.me:
            metadata = live["metadata"]
            self.kube.delete(self.ref, metadata["uid"], metadata["resourceVersion"], foreground=False)

    def _take(self, live: Mapping[str, Any] | None) -> bool:
        self._asked = True
        wanted = self.manifest(live)
        self._stored = self.kube.replace(wanted) if live else self.kube.create(wanted)
        return self._stored is not None

    def _renew(self) -> None:
        while not self._over.wait(self.seconds / 4):
            with suppress(SlimdeployError):  # it is asked for before each write, which then says what is wrong
                live = self.kube.get(self.ref)
                if live is None or Holder.of(live) != self.me:
                    return
                self.kube.replace({**live, "spec": live["spec"] | {"renewTime": _now()}})

    def manifest(self, live: Mapping[str, Any] | None) -> dict[str, Any]:
        """The Lease as ours, in place of the one that is there."""
        spec, metadata = (live["spec"], live["metadata"]) if live else ({}, {})
        version = {"resourceVersion": metadata["resourceVersion"], "uid": metadata["uid"]} if live else {}
        return {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {
                "name": self.ref.name,
                "namespace": self.ref.namespace,
                "labels": labels(self.app),
                "annotations": {HOLDER: self.me.to_json()},
                **version,
            },
            "spec": {
                "holderIdentity": str(self.me),
                "leaseDurationSeconds": self.seconds,
                "acquireTime": _now(),
                "renewTime": _now(),
                "leaseTransitions": spec.get("leaseTransitions", 0) + (1 if live else 0),
            },
        }


@contextmanager
def held(app: str, kube: Kube, wait: float, seconds: int = SECONDS) -> Iterator[Held]:
    """Hold the app's Lease while the block runs."""
    lease = Held(app, kube, seconds)
    try:
        lease.acquire(wait)
        yield lease
    finally:
        lease.release()


def why_free(live: Mapping[str, Any], date: str, unchanged: float) -> str:
    """Why its holder is known to be dead, or to have let go; empty while it may be alive.

    `date` is the server's clock, `unchanged` for how long we saw it as it is.
    """
    spec, holder = live["spec"], Holder.of(live)
    seconds = spec.get("leaseDurationSeconds") or SECONDS
    if not spec.get("holderIdentity"):
        return "nobody holds it"
    if holder and holder.is_gone():
        return "that run was on this machine, and has ended"
    if unchanged >= seconds:
        return f"it was not renewed for {unchanged:.0f} s"
    stored = [entry["time"] for entry in live["metadata"].get("managedFields", ()) if "time" in entry]
    if not stored or not date:
        return ""
    age = (parsedate_to_datetime(date) - datetime.fromisoformat(max(stored))).total_seconds()
    return f"it was not renewed for {age:.0f} s" if age >= seconds + CLOCK_STEP else ""


def described(live: Mapping[str, Any]) -> str:
    """Who holds it, for people."""
    spec = live["spec"]
    return f"{spec.get('holderIdentity')}, since {spec.get('acquireTime', '?').partition('.')[0].replace('T', ' ')}Z"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
