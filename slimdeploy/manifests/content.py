"""ConfigMap and Secret v1, named after their content and immutable: a change of content is a new object and a rollout.

Pods that still run keep the old one; who prunes has to leave it while anything names it.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from slimdeploy.artifacts.deploy import Manifest
from slimdeploy.artifacts.workload import WorkloadPlan
from slimdeploy.manifests.labels import CONTENT_HASH, metadata

HASH_LENGTH = 10


def content_hash(content: Mapping[str, bytes]) -> str:
    """The same for the same names and bytes, in whatever order."""
    pairs = [(name, base64.b64encode(data).decode()) for name, data in sorted(content.items())]
    return short_hash(pairs)


def stored_hash(stored: Mapping[str, Any]) -> str:
    """The same of a ConfigMap or a Secret as the API server has it."""
    plain, coded = stored.get("data") or {}, stored.get("binaryData") or {}
    if stored["kind"] == "Secret":
        plain, coded = {}, plain
    texts = {name: text.encode() for name, text in plain.items()}
    return content_hash(texts | {name: base64.b64decode(text) for name, text in coded.items()})


def short_hash(document: object) -> str:
    """10 hexadecimal digits of the SHA-256 of a JSON document."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def config_map_name(plan: WorkloadPlan) -> str:
    """The name of the ConfigMap with the app's files."""
    return f"{plan.app}-config-{content_hash(_files(plan))}"


def secret_name(plan: WorkloadPlan) -> str:
    """The name of the Secret with the app's values."""
    return f"{plan.app}-secrets-{content_hash(_values(plan))}"


def config_map(plan: WorkloadPlan, namespace: str | None) -> Manifest | None:
    """The ConfigMap of app.config; None without any."""
    if not plan.config:
        return None
    texts = {name: text for name, data in _files(plan).items() if (text := _text(data)) is not None}
    binary = {name: base64.b64encode(data).decode() for name, data in _files(plan).items() if name not in texts}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": _metadata(plan, namespace, config_map_name(plan)),
        "immutable": True,
        **({"data": texts} if texts else {}),
        **({"binaryData": binary} if binary else {}),
    }


def secret(plan: WorkloadPlan, namespace: str | None) -> Manifest | None:
    """The Secret of app.secrets; None without any. `data`, since a key that is dropped from stringData stays."""
    if not plan.secrets:
        return None
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": _metadata(plan, namespace, secret_name(plan)),
        "immutable": True,
        "type": "Opaque",
        "data": {name: base64.b64encode(data).decode() for name, data in _values(plan).items()},
    }


def _metadata(plan: WorkloadPlan, namespace: str | None, name: str) -> dict[str, object]:
    return metadata(plan, namespace, name=name, more={CONTENT_HASH: name.rpartition("-")[2]})


def _files(plan: WorkloadPlan) -> dict[str, bytes]:
    return {each.key: each.content for each in plan.config}


def _values(plan: WorkloadPlan) -> dict[str, bytes]:
    return {each.name: each.value.encode() for each in plan.secrets}


def _text(data: bytes) -> str | None:
    """What `data` of a ConfigMap can hold: UTF-8."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
