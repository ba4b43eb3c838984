"""The history: a ConfigMap `slimdeploy-<app>.v<N>` for each release, and what is in it.

It holds the rendered objects in gzip, with a checksum: what has its content's hash in its name by that name alone, so
no secret and no big file. What a list shows is in annotations. ConfigMaps and not ControllerRevisions, since the
built-in roles edit and admin may write those; immutable, so that only a deletion can take a release away.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from slimdeploy.artifacts.deploy import Manifest, Manifests, ObjectRef
from slimdeploy.artifacts.release import Facts, Outcome, Record
from slimdeploy.errors import IntegrityError, PolicyRefused
from slimdeploy.manifests.labels import labels
from slimdeploy.manifests.limits import HINT, RECORD

COMPONENT = "app.kubernetes.io/component"
RELEASE = "release"
HASHED = "slimdeploy.io/content-hash"
FACTS, OUTCOME, NOTE, SECONDS, CHECKSUM = (
    f"slimdeploy.io/{name}" for name in ("release", "outcome", "note", "seconds", "checksum")
)
CONTENT = "release"
NUMBER = re.compile(r"\.v(\d+)$")


def marks(app: str) -> dict[str, str]:
    """The labels that find all records of an app."""
    return labels(app) | {COMPONENT: RELEASE}


def record_ref(app: str, namespace: str, number: int) -> ObjectRef:
    """Where release N is kept."""
    return ObjectRef("ConfigMap", f"slimdeploy-{app}.v{number}", namespace)


def identity(manifests: Manifests) -> str:
    """One value for everything that is to be applied."""
    return hashlib.sha256(_json([slim(each) for each in manifests.objects])).hexdigest()


def slim(manifest: Manifest) -> Manifest:
    """An object as it is kept: without the content that its name stands for, and never with a secret's."""
    if not is_by_name(manifest):
        return manifest
    return {key: value for key, value in manifest.items() if key not in {"data", "stringData", "binaryData"}}


def is_by_name(manifest: Manifest) -> bool:
    """Whether it is kept without its content: that is in its name, or a secret."""
    return is_hashed(manifest) or manifest["kind"] == "Secret"


def is_hashed(manifest: Mapping[str, Any]) -> bool:
    """Whether its name holds its content's hash."""
    return HASHED in (manifest["metadata"].get("labels") or {})


def render(app: str, namespace: str, record: Record, manifests: Manifests) -> Manifest:
    """A release as a ConfigMap. Raises PolicyRefused for one that is too large for that."""
    ref = record_ref(app, namespace, record.number)
    plain = _json({"facts": asdict(record.facts), "objects": [slim(each) for each in manifests.objects]})
    packed = gzip.compress(plain, mtime=0)
    if len(packed) > RECORD:
        raise PolicyRefused(
            f"these objects take {len(packed) / 1e6:.1f} MB, and the history's limit is {RECORD / 1e6:g} MB a release",
            hint=HINT,
        )
    annotations = {
        FACTS: _json(asdict(record.facts)).decode(),
        CHECKSUM: _checksum(plain),
        OUTCOME: str(record.outcome),
    }
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {
            "name": ref.name,
            "namespace": namespace,
            "labels": marks(app),
            "annotations": annotations,
        },
        "immutable": True,
        "binaryData": {CONTENT: base64.b64encode(packed).decode()},
    }


def parse(stored: Mapping[str, Any]) -> Record | None:
    """What the metadata of a record says; None when its name is none of ours."""
    metadata = stored["metadata"]
    found, said = NUMBER.search(metadata["name"]), metadata.get("annotations") or {}
    if not found:
        return None
    number, uid = int(found[1]), metadata.get("uid", "")
    try:
        known: dict[str, Any] = json.loads(said[FACTS])
        values: dict[str, Any] = {key: tuple(each) if isinstance(each, list) else each for key, each in known.items()}
        facts = Facts(**values)
        seconds = float(said[SECONDS]) if SECONDS in said else None
        return Record(number, facts, Outcome(said[OUTCOME]), seconds, said.get(NOTE, ""), uid)
    except (KeyError, TypeError, ValueError, AttributeError):
        return Record(number, Facts("", "", "", "", "", (), (), (), ""), Outcome.DAMAGED, uid=uid)


def content(stored: Mapping[str, Any]) -> Manifests:
    """The objects of a stored release. Raises IntegrityError when they, or what is said of them, are not as written."""
    name, record = stored["metadata"]["name"], parse(stored)
    said = stored["metadata"].get("annotations") or {}
    try:
        plain = gzip.decompress(base64.b64decode(stored["binaryData"][CONTENT], validate=True))
        if _checksum(plain) != said.get(CHECKSUM):
            raise ValueError
        found = json.loads(plain)
        if record is None or found["facts"] != json.loads(_json(asdict(record.facts))):
            raise ValueError
        return Manifests(tuple(found["objects"]))
    except (KeyError, TypeError, ValueError, OSError, EOFError, zlib.error):
        raise IntegrityError(
            f"configmap/{name} is damaged: it is not what was written there",
            hint="slimdeploy history shows which releases are whole",
        ) from None


def _json(value: object) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def _checksum(plain: bytes) -> str:
    return f"sha256:{hashlib.sha256(plain).hexdigest()}"
