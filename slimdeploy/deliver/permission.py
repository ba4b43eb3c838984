"""Can I push here, and as whom? Asked while go compiles, so that nobody waits for a build that has nowhere to go.

Where go is done in half a second, nobody would have waited: the push itself comes next, and says the same.

A pull says nothing about it, and skopeo has no verb for it. So it is given an image whose only layer is not what its
digest says: it logs in, looks for the layer, opens an upload, and breaks it off when the content does not match. The
registry holds nothing afterwards. (ko and crane open an upload for the same question.)
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from threading import Event

from slimdeploy.artifacts.deploy_plan import RegistryPlan
from slimdeploy.events import Step
from slimdeploy.tools import credentials
from slimdeploy.tools.command import ToolFailed
from slimdeploy.tools.credentials import Access
from slimdeploy.tools.lines import LineSink
from slimdeploy.tools.persistence import persist
from slimdeploy.tools.registry_errors import explain
from slimdeploy.tools.skopeo import Skopeo
from slimdeploy.tools.traffic import Watch

QUESTION = b"slimdeploy asks whether it may push"
BROKEN_OFF = "Digest did not match"
SOON_SECONDS = 0.5
OCI = "application/vnd.oci.image"


def ask(plan: RegistryPlan, folder: Path, step: Step, on_line: LineSink, *, compiled: Event | None = None) -> Access:
    """As whom we may push. The registry is not asked if go has `compiled` within half a second. Makes `folder`.

    Raises NotAllowed, Unreachable, PushFailed, UnreadableFile.
    """
    asking = Skopeo(plan.insecure, watch=Watch(plan.idle, lambda _: None))
    access = credentials.prove(credentials.my_access(plan.address), plan.address, asking)
    if compiled and compiled.wait(SOON_SECONDS):
        return access
    write_question(folder)
    try:
        persist(lambda left: _ask(plan, folder, replace(asking, timeout=left)), plan.timeout, step)
    except ToolFailed as failure:
        raise explain(failure, plan.address, access) from None
    on_line(f"may push to {plan.address} as {access}")
    return access


def write_question(folder: Path) -> None:
    """An OCI layout with one layer and a config, both of which do not match their digests."""
    blobs = folder / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    part = {"digest": _digest(QUESTION), "size": len(QUESTION)}
    (blobs / _digest(QUESTION).removeprefix("sha256:")).write_bytes(QUESTION[::-1])
    manifest = json.dumps(
        {
            "schemaVersion": 2,
            "config": part | {"mediaType": f"{OCI}.config.v1+json"},
            "layers": [part | {"mediaType": f"{OCI}.layer.v1.tar+gzip"}],
        }
    ).encode()
    (blobs / _digest(manifest).removeprefix("sha256:")).write_bytes(manifest)
    found = {"digest": _digest(manifest), "size": len(manifest), "mediaType": f"{OCI}.manifest.v1+json"}
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [found]}), encoding="utf-8")
    (folder / "oci-layout").write_text('{"imageLayoutVersion": "1.0.0"}', encoding="utf-8")


def _ask(plan: RegistryPlan, folder: Path, skopeo: Skopeo) -> None:
    try:
        skopeo.copy_to_registry(folder, f"{plan.address}:slimdeploy-asks")
    except ToolFailed as failure:
        if BROKEN_OFF not in failure.text:
            raise


def _digest(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()
